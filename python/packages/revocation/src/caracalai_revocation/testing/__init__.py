"""The suite that every revocation store has to pass."""

from ._revocation_store_contract import ContractCase, revocation_store_contract

__all__ = ["ContractCase", "revocation_store_contract"]
