"""A telephone switch for demonstrations and tests: speaks AMI as a server and FastAGI as a client, over loopback TCP.

The daemon cannot tell it from Asterisk: the same dialplan (``extensions.conf`` here is the deployed one) is
interpreted, and the events of every call path carry the headers, in the order, that Asterisk 22 sends.

How to use it::

    from cti_bridge.virtual_pbx.pbx import VirtualPbx
    from cti_bridge.virtual_pbx.settings import AmiAccount, PbxSettings, Traffic

    pbx = VirtualPbx(reactor, PbxSettings(phones=("1001", "1002"), agi_url="agi://127.0.0.1:4573"), seed=7)
    port = pbx.listen(ami_port=0)           # the port that AMI answers on
    pbx.start_traffic(Traffic(...))         # virtual callers come; virtual agents answer their phones
    pbx.phone("1001").dial("*51")           # what a person does with a phone: answer, hang_up, hold, press, dial
    pbx.phone("1001").manual = True         # from now on a person, not the simulation, works this phone
    pbx.call_in("8001", "5551230001")       # one caller by hand; returns the caller: press, hang_up
    pbx.stop_traffic()                      # no more arrivals; calls that are on go on
    await pbx.stop()                        # closes everything; a Deferred

``reactor`` is anything with ``seconds``, ``callLater`` (a clock that runs faster than the wall's serves as well, or
``twisted.internet.task.Clock`` in tests) and, to listen and connect, a TCP reactor as ``tcp=``. Equal seeds draw equal
callers and equal agents' habits.

Inside: ``switch`` (pure model: channels, bridges, a schedule; ``advance(now)``, ``next_due()``), ``dialplan`` and
``expressions`` (reading extensions.conf), ``applications``, ``dialling``, ``agi_session`` and ``agi_commands`` (what
dialplan and FastAGI can do), ``ami_session``, ``ami_actions``, ``ami_calls``, ``ami_lists`` (what a client may ask),
``phones``, ``callers``, ``traffic`` (who is at the far end), ``ami_server``, ``agi_client``, ``pbx`` (the shell).
"""
