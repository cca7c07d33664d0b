/**
 * Contracted forms and abbreviated titles with their long forms, in order of application: specific ones
 * before general endings. From Whisper's published English text normaliser (Radford et al. 2022, appendix C;
 * github.com/openai/whisper, MIT).
 */
export const CONTRACTIONS: readonly Contraction[] = [
  ...words({
    "won't": 'will not',
    "can't": 'can not',
    "let's": 'let us',
    "ain't": 'aint',
    "y'all": 'you all',
    wanna: 'want to',
    kinda: 'kind of',
    sorta: 'sort of',
    dunno: 'do not know',
    gotta: 'got to',
    gonna: 'going to',
    "i'ma": 'i am going to',
    imma: 'i am going to',
    woulda: 'would have',
    coulda: 'could have',
    shoulda: 'should have',
    cause: 'because',
    "ma'am": 'madam',
  }),
  ...words({
    mr: 'mister ',
    mrs: 'missus ',
    st: 'saint ',
    dr: 'doctor ',
    prof: 'professor ',
    capt: 'captain ',
    gov: 'governor ',
    ald: 'alderman ',
    gen: 'general ',
    sen: 'senator ',
    rep: 'representative ',
    pres: 'president ',
    rev: 'reverend ',
    hon: 'honorable ',
    asst: 'assistant ',
    assoc: 'associate ',
    lt: 'lieutenant ',
    col: 'colonel ',
    jr: 'junior ',
    sr: 'senior ',
    esq: 'esquire ',
  }),
  ...endings({
    "'d been": ' had been',
    "'s been": ' has been',
    "'d gone": ' had gone',
    "'s gone": ' has gone',
    "'d done": ' had done',
    "'s got": ' has got',
    "n't": ' not',
    "'re": ' are',
    "'s": ' is',
    "'d": ' would',
    "'ll": ' will',
    "'t": ' not',
    "'ve": ' have',
    "'m": ' am',
  }),
];

/** One form to look for and what to write in its place. */
export interface Contraction {
  readonly form: string;
  /** Whether the form has to be a whole word rather than the end of one. */
  readonly wholeWord: boolean;
  readonly longForm: string;
}

function words(forms: Readonly<Record<string, string>>): Contraction[] {
  return Object.entries(forms).map(([form, longForm]) => ({ form, wholeWord: true, longForm }));
}

function endings(forms: Readonly<Record<string, string>>): Contraction[] {
  return Object.entries(forms).map(([form, longForm]) => ({ form, wholeWord: false, longForm }));
}
