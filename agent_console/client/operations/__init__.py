"""Every operation of the API.

Made by tools/write_client_operations.py from the API's description: change that, and run it again.
"""

from agent_console.client.operations.audit import AuditOperations
from agent_console.client.operations.contacts import ContactsOperations
from agent_console.client.operations.customers import CustomersOperations
from agent_console.client.operations.desk import DeskOperations
from agent_console.client.operations.floor import FloorOperations
from agent_console.client.operations.flows import FlowsOperations
from agent_console.client.operations.health import HealthOperations
from agent_console.client.operations.recordings import RecordingsOperations
from agent_console.client.operations.reports import ReportsOperations
from agent_console.client.operations.session import SessionOperations
from agent_console.client.operations.settings import SettingsOperations
from agent_console.client.operations.supervision import SupervisionOperations
from agent_console.client.operations.users import UsersOperations


class Operations(
    AuditOperations,
    ContactsOperations,
    CustomersOperations,
    DeskOperations,
    FloorOperations,
    FlowsOperations,
    HealthOperations,
    RecordingsOperations,
    ReportsOperations,
    SessionOperations,
    SettingsOperations,
    SupervisionOperations,
    UsersOperations,
):
    """All of them."""
