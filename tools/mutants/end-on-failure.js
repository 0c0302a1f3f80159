// The first case of a property that fails kills a mutant: most of a run would be spent on smaller ones.
import fc from "fast-check";

fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });
