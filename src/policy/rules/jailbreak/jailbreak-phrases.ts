/** Word groups that several phrases share. */
export const JAILBREAK_GROUPS: Readonly<Record<string, string>> = {
  drop: 'ignore|disregard|forget|neglect|discard|override|overlook|skip|bypass|dismiss|ignoring|disregarding|forgetting',
  earlier:
    'previous|prior|above|earlier|preceding|former|past|foregoing|existing|original|initial|old|last|other',
  orders:
    'instructions|instruction|prompt|prompts|rules|rule|directions|directives|directive|commands|command|orders|guidelines|guidance|context|messages|programming|constraints|restrictions|training|conversation|text|task|tasks|said|told|information',
  limits:
    'restrictions|restriction|limitations|limits|filters|filter|filtering|censorship|guidelines|rules|policies|policy|safeguards|guardrails|boundaries|constraints|ethics|morals|morality|moderation|safety|limitation|confines|shackles|chains|protocols',
  reveal:
    'repeat|print|show|reveal|display|output|tell|give|share|leak|expose|disclose|list|write|recite|dump|provide|return|echo|summarize|summarise|translate|describe|copy|quote|paste|spell|send|type|state|say|encode|rewrite|restate|paraphrase|know',
  hiddenText:
    'prompt|prompts|instructions|instruction|message|rules|configuration|directives|guidelines|settings|preamble|context',
  secret: 'password|passphrase|passcode|passkey|secret|key|keyword|pin|codeword|token|credentials|flag',
  say: 'say|state|output|print|write|respond|reply|answer|tell|indicate|return|repeat|display|mention|add|include|recommend|give',
  model: 'ai|chatbot|bot|assistant|chatgpt|gpt|character|model|persona|entity|machine|robot|llm',
};

/** How much a phrase weighs; a text is blocked from 1 on. */
const STRONG = 1;
const CLEAR = 0.55;
const HINT = 0.3;
const TRACE = 0.12;

interface WeightedPhrases {
  readonly weight: number;
  readonly patterns: readonly string[];
}

/**
 * What attempts to talk a model out of its rules look like, in the language of PhraseSet. Strong phrases
 * block alone; the others only together and close to each other, since each also has honest uses.
 */
export const JAILBREAK_PHRASES: readonly WeightedPhrases[] = [
  {
    weight: STRONG,
    patterns: list(`
      {drop} ~3 {earlier} ~2 {orders}; {drop} ~2 everything ~3 above|before|previously|told|said;
      {drop} ~1 the above; {drop} all ~2 your ~2 {orders};
      {drop} your ~2 instructions|programming|training|guidelines|rules|prompt|safety|restrictions;
      {drop} ~2 the ~3 instructions|rules|prompt|guidelines you|given|i ~4 before|got|received|above|given;
      {drop} ~3 instructions ~3 you ~3 before;
      {drop} the|this ~1 webpage|article|resume|document|page|text|email|function|code|review|paper|caption|description|summary|question|task ~2 and ~3 {say};
      {drop} ~3 and instead {say}|do|give|only; do anything now; dan mode;
      developer mode ~2 enabled|output|on|activated; simulate|enter|enable|activate ~2 developer mode;
      developer mode; jailbreak mode|prompt|enabled|yourself; jailbroken;
      god mode ~2 enabled|on|activated;
      evil|opposite|unrestricted|unfiltered|uncensored|sudo|maintenance|debug|admin mode ~2 enabled|activated|on|engaged;
      bypass ~3 safety|content filter|filters|guidelines|policy|policies|restrictions|measures;
      bypass safety; ignore ~2 safety guidelines|rules|policies|filters;
      without|no ~1 moral|ethical ~3 restrictions|guidelines|constraints|limits|limitations|boundaries;
      broken|break free ~3 from|of ~4 {limits}|ai; freed from ~4 {limits}|typical;
      free ~2 from|of ~2 all ~2 {limits}; {reveal} ~5 system prompt|message|instructions;
      {reveal} ~3 your ~3 hidden|secret|initial|original|starting|system|internal|exact|full|complete|base|core|underlying|first {hiddenText}|configuration;
      {reveal} ~3 the ~2 hidden|secret|initial|original|starting|system|internal {hiddenText};
      {reveal} your {hiddenText}; system prompt reveal;
      your initial|original|hidden|system|starting|secret prompt|instructions|message|directive|directives;
      what ~3 your ~2 {secret}; {reveal} ~2 me? ~2 your ~2 {secret};
      {reveal} ~3 the ~1 secret|password|passphrase|passcode;
      what is the ~1 secret|password|passphrase|passcode|codeword;
      need|want|have your ~2 password|passcode|passphrase|secret;
      the password|secret|passphrase you ~4 know|guard|keep|given|hold|have|protect|store;
      what ~3 you ~3 told ~3 before|at|in ~3 conversation|beginning|start|chat;
      what ~2 you not supposed|allowed to tell|say|share|reveal; repeat ~4 words|text|everything above;
      {reveal} ~3 instructions|rules|text|prompt you ~1 were|are given|told;
      {reveal} ~2 system configuration|config; {reveal} ~2 text above;
      confirm|verify the ~2 password|passcode|passphrase; system prompt is;
      text ~3 given ~1 initially|originally; everything above this|line; words above starting|verbatim;
      you ~3 no longer ~3 bound|restricted|limited|constrained|follow|governed;
      no longer ~3 have to follow|obey|adhere|abide;
      not ~1 bound|constrained|restricted|limited by ~4 {limits}|openai|anyone|any;
      do not ~2 have to ~2 abide|adhere|follow|obey ~5 {limits}|openai;
      dont have to ~1 abide|adhere|follow|obey;
      unfiltered ~2 and ~1 amoral|unrestricted|uncensored|immoral; amoral ~3 {model};
      unfiltered|uncensored ~2 {model}; amoral ~3 unfiltered|unethical|uncensored|chatbot;
      unethical ~2 amoral|illegal|immoral|and ~1 immoral;
      never ~1 refuse|refuses|declines|decline|reject|rejects ~6 request|requests|question|questions|order|orders|answer|prompt|prompts|task|instruction;
      stay in character ~10 dan|amoral|unfiltered|refuse|jailbreak;
      without|no regard|regards for|to ~4 legality|ethics|ethicality|morality|law|safety|consequences|legal;
      regardless of ~5 legality|ethics|ethical|illegal|legal|harmful|unethical|moral|dangerous|how;
      pretend ~4 have|has no ~3 {limits}; you have no ~2 {limits}; has no ~2 {limits};
      no ~2 ethical|moral ~2 {limits};
      does not|doesnt have any|follow ~5 ethical|moral|ethics|{limits};
      doesnt|dont|does|do not? care ~3 about ~3 {limits}|legality|legal|illegal|ethical;
      new instructions ~2 override|supersede|replace|are; ignore your programming;
      act as if ~3 no {limits}; previous|prior|above instructions ~4 do not|dont|no longer apply;
      pay|paying no attention to ~3 {earlier}|above ~2 {orders};
      forget ~2 all|everything|what ~4 you ~3 told|know|said|learned|been;
      stop following ~3 {orders}|rules; do not follow ~2 {earlier} {orders};
      ignorez|oubliez|ignore ~3 instructions|consignes|fonction|précédentes;
      ignora|ignorar|ignore|olvida ~4 instrucciones|anteriores|instruções;
      ignoriere|vergiss|missachte ~4 anweisungen|anweisung|instruktionen|vorherigen|obigen;
      ignora|dimentica ~4 istruzioni|precedenti;
      игнорировать|игнорируй|игнорируйте|забудь|забудьте ~4 инструкции|указания|правила|предыдущие;
      تجاهل ~2 التعليمات|الأوامر|السابقة|ما|هذا|جميع|كل; negeer ~3 instructies;
      zignoruj ~4 instrukcje|polecenia; 忽略 ~8 指 令; 忽略 ~8 指 示; 忽略 ~8 说 明; 忽略 ~6 以上; 忽略 ~6 之 前;
      無視 ~8 指 示; 指示 ~2 無視; 前の指示 ~4 無視; 무시하고|무시하세요|무시해; önceki talimatları yoksay|unut;
      पिछले ~3 निर्देशों
    `),
  },
  {
    weight: CLEAR,
    patterns: list(`
      dan; jailbreak; stay in character; never break character; break character; unfiltered|uncensored;
      amoral|immoral; do anything;
      no restrictions|limitations|limits|filters|rules|censorship|morals|ethics|boundaries;
      without any|restrictions|restriction|limitations|censorship ~2 restrictions|limitations|filters|filter|censorship;
      warnings|disclaimers|disclaimer|warning ~6 never|no|not|without|or|do;
      without ~3 warnings|disclaimers|disclaimer|warning|moralizing;
      never|not|without ~3 say|saying|says ~4 cant|cannot|sorry|ai|unable;
      i am sorry|unable ~6 never|not|dont;
      openai ~4 policy|policies|guidelines|rules|restrictions|limitations;
      policy|policies|guidelines|rules ~3 openai; content policy|policies|guidelines|filter|filters;
      two ~3 ways|responses|answers|replies|paragraphs;
      illegal ~2 unethical|immoral|harmful|dangerous|or|and;
      unethical|harmful|immoral|offensive ~3 or|and ~2 illegal|harmful|offensive|dangerous|unethical;
      immersed|immerse ~6 role|character|roleplay; tokens ~8 deducted|lose|die|run|subtracted|deduct;
      you ~2 lose|losing ~4 tokens|points;
      answer|answers|respond|fulfill|comply ~3 any|every|all ~3 question|questions|request|requests|prompt|prompts|query;
      machiavellian|machiavelli; override ~3 safety|security|protocol|protocols|mode|restrictions;
      you are ~2 free to; can ~3 generate|say|produce|create ~3 any ~4 content;
      safety ~2 filters|guidelines|protocols|measures ~3 off|disabled|removed|disable|ignore|not;
      disable ~3 safety|content|filters|filter|restrictions|moderation;
      freed|unshackled|unchained|liberated|unbound; opposite day;
      as ~2 your ~1 developer|creator|administrator|admin|boss;
      i am ~3 developer|administrator|admin|creator|owner|openai|engineer; system override;
      highest priority|authority; admin|root|superuser access|privileges|override|permission;
      begin|start|starting ~3 response|answer|reply|sentence with;
      starts|start with ~1 sure|absolutely|certainly|yes; nsfw; explicit ~4 language|content;
      hypothetical ~2 response|story|scenario ~10 character|named|bot|ai;
      confidential ~3 information|instructions|prompt|document; cannot ~1 refuse|decline|deny;
      must ~2 answer|comply|obey|respond|accept|follow|always;
      swear|curse|profanity|vulgar|obscene|lustful|sadistic;
      evil ~3 {model}|trusted|confidant|character;
      illegal ~2 activities|activity|acts|requests|things|stuff|content;
      chatgpt|gpt ~4 replaced|normal|classic|standard|usual|dan|now;
      remain|staying|stays|remains|keep ~2 in? character; no matter ~3 illegal|how|what;
      ignore|ignores|bypass|violate|violates|violating ~6 {limits}|law|laws;
      suppose|imagine ~3 you|we ~3 ignore
    `),
  },
  {
    weight: HINT,
    patterns: list(`
      from now on|own; pretend|pretending|roleplay|roleplaying|simulate|simulating; act as|like;
      acting as; play ~3 role|character; you are ~2 going to|now;
      you will ~3 act|be|answer|respond|play|pretend|provide|always|never; chatgpt|openai|gpt;
      ai language model; ethical|ethics|ethicality|moral|morals|legality;
      fictional|hypothetical|hypothetically; refuse|refuses|refusing|deny;
      forbidden|prohibited|taboo|illegal|unethical|unlawful; my grandmother|grandma;
      for educational|research purposes ~1 only; rules ~3 you|as|the; respond ~4 as|with|in; prompt;
      enabled|disabled|activated; consequences; persona; obey|obeys|comply;
      never ~3 say|mention|use|tell|give|add; always ~3 answer|respond|reply|stay|obey|agree;
      ignore|disregard|forget; confirm|understood ~4 by|saying|say; instead; named|called;
      restricted|limited|bound|restrictions|limitations
    `),
  },
  {
    weight: TRACE,
    patterns: list(`
      questions|requests; character; harmful|dangerous|offensive; guidelines|policy|policies; rules;
      response|responses; unlike|opposite; emotions|feelings|opinions|opinion; remember;
      answer|answers; cannot|cant; story; free|freedom; own
    `),
  },
];

/** Words that turn the very next one around: "never share your password". */
export const NEGATIONS: readonly string[] = ['never|dont|not|without|cannot|cant|wont'];

/** Words after which a phrase describes an attack instead of making one: "if the user asks you to ignore …". */
export const GUARD_PHRASES: readonly string[] = [
  'if|when|whenever|should ~4 user|users|someone|anyone|anybody|they|message|text|input',
  'never|not|dont|refuse|decline|resist|reject|prevent|detect|avoid',
  'attempt|attempts|tries|trying|asks|asked|requests',
];

/** Patterns stand between semicolons. */
function list(patterns: string): readonly string[] {
  return patterns.split(';').map((pattern) => pattern.trim());
}
