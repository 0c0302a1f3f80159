import pytest

from caracalai_revocation import InMemoryRevocationStore
from caracalai_revocation.testing import ContractCase, revocation_store_contract

CONTRACT = revocation_store_contract(
    InMemoryRevocationStore,  # yours
    check=True,
    subscribe=True,
)


@pytest.mark.parametrize("case", CONTRACT, ids=lambda case: case.name)
async def test_contract(case: ContractCase) -> None:
    await case.run()
