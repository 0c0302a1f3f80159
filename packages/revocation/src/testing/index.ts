export {
  type ContractCase,
  type RevocationStoreContractOptions,
  revocationStoreContract,
} from "./revocation-store-contract.js";
