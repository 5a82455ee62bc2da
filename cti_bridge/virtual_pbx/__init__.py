"""A telephone switch for demonstrations and tests: speaks AMI as a server and FastAGI as a client."""
