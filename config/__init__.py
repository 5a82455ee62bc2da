"""Typed settings: models, loader, generated sample and JSON schema. Imports ``facts`` and nothing else of ours.

``config.load.load`` reads them; ``config.home`` alone says where the data folder is, and is cheap to import.
"""
