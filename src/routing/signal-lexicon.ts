import type { Phrase } from '../common/phrase-set';
import type { Signal } from './signals';

/** Groups of words that several phrases share. */
export const SIGNAL_GROUPS: Readonly<Record<string, string>> = {
  programmingLanguage:
    'python|javascript|typescript|java|golang|rustlang|kotlin|php|perl|ruby|haskell|matlab|bash|powershell|sql|mysql|postgresql|sqlite|html|css|latex|fortran|cobol|lua|solidity|vba|cuda|jquery|numpy|pandas|pytorch|tensorflow|django|reactjs|nodejs|laravel|opengl|verilog|graphql|svelte|vue|nixos|dockerfile|kubernetes|terraform|regex|regexp',
  artefact:
    'code|function|functions|script|scripts|program|programs|class|method|methods|query|app|application|api|endpoint|component|module|library|algorithm|bot|website|webpage|macro|loop|array|compiler|parser|snippet|unit|implementation|codebase|game|plugin|extension|dataframe',
  make: 'write|create|implement|build|make|develop|generate|code|design|give|complete|refactor|optimize|optimise|fix|rewrite|show|need|convert|add|program|port',
  language:
    'english|french|german|spanish|italian|portuguese|dutch|russian|chinese|mandarin|cantonese|japanese|korean|arabic|hindi|urdu|turkish|polish|swedish|norwegian|danish|finnish|greek|latin|hebrew|thai|vietnamese|indonesian|malay|czech|hungarian|romanian|ukrainian|bulgarian|serbian|croatian|swahili|tamil|telugu|bengali|punjabi|marathi|gujarati|persian|farsi|tagalog|filipino|catalan|basque|irish|welsh|icelandic|hawaiian|esperanto|afrikaans|albanian|estonian|latvian|lithuanian|slovak|slovenian|yoruba|zulu|hausa|igbo|nepali|sinhala|khmer|lao|burmese|mongolian|kazakh|uzbek|azerbaijani|georgian|armenian|macedonian|bosnian|maltese|galician|xhosa|somali|pashto|kurdish|yiddish|creole',
  country:
    'france|spain|germany|italy|portugal|brazil|mexico|russia|china|japan|korea|greece|turkey|poland|sweden|norway|denmark|finland|holland|netherlands|hungary|england|ireland|scotland|hawaii|israel|egypt|india|thailand|vietnam|indonesia|iceland|romania|ukraine|quebec|argentina|austria|switzerland|belgium|iran|pakistan',
  speakers:
    'germans|russians|italians|spaniards|frenchmen|mexicans|brazilians|koreans|greeks|turks|poles|swedes|norwegians|danes|finns|dutchmen|hungarians|arabs|indians|thais|hawaiians|israelis|egyptians|icelanders|romanians|ukrainians|austrians|locals|natives',
  person:
    'someone|somebody|anyone|people|person|persons|human|humans|man|men|woman|women|child|children|kid|kids|wife|husband|spouse|boyfriend|girlfriend|partner|ex|neighbor|neighbour|neighbors|neighbours|boss|manager|coworker|coworkers|colleague|colleagues|cop|cops|police|policeman|officer|officers|politician|politicians|president|senator|family|parents|mother|father|brother|sister|teacher|teachers|student|students|classmate|classmates|roommate|friend|stranger|strangers|employee|employees|journalist|judge|hostage|hostages|civilian|civilians|animal|animals|him|her|myself|himself|herself',
  hurt: 'kill|killing|murder|murdering|assassinate|assassinating|slay|slaughter|slaughtering|butcher|butchering|stab|stabbing|strangle|strangling|choke|suffocate|poison|poisoning|drown|drowning|behead|beheading|torture|torturing|assault|assaulting|mutilate|mutilating|dismember|maim|injure|injuring|annihilate|kidnap|kidnapping|abduct|abducting|ambush|threaten|threatening|terrorize|terrorise|molest|enslave',
  glorify:
    'glorify|glorifies|glorifying|promote|promotes|promoting|encourage|encourages|encouraging|praise|praises|praising|justify|justifies|justifying|reward|rewards|rewarding|incite|incites|inciting|condone|condones',
  cruelty:
    'violence|cruelty|murder|suicide|genocide|terrorism|rape|torture|hatred|hate|discrimination|bullying|harassment|abuse|slavery|lynching|racism',
  minority:
    'immigrants|refugees|foreigners|muslims|muslim|jews|jewish|christians|black|white|asian|asians|latino|latinos|hispanic|hispanics|indigenous|aboriginal|native|arab|arabs|african|africans|mexicans|gypsies|roma|gay|gays|lesbian|lesbians|trans|transgender|disabled|disabilities|women|homeless|elderly',
  weapon:
    'bomb|bombs|explosive|explosives|grenade|grenades|weapon|weapons|molotov|landmine|ricin|anthrax|sarin|nerve|poison|napalm|thermite|silencer|firearm|gun|guns|rifle|bioweapon|ammunition',
  drug: 'meth|methamphetamine|cocaine|heroin|fentanyl|lsd|mdma|crack|ecstasy|opium|drugs|ghb',
  malware: 'malware|ransomware|virus|trojan|keylogger|rootkit|spyware|worm|botnet|exploit|backdoor|rat',
  picture:
    'image|picture|photo|photograph|screenshot|painting|drawing|pic|images|pictures|photos|meme|diagram|chart|figure|illustration|logo',
  produce:
    'make|build|create|construct|assemble|manufacture|synthesize|synthesise|cook|produce|making|building|creating|develop|write|generate|obtain|buy',
};

/** Phrases per signal in the language of PhraseSet. */
export const SIGNAL_PHRASES: readonly Phrase<Signal>[] = [
  ...phrases(
    'code',
    `
      {programmingLanguage}; in c; c program|function|code; node.js; stack trace; traceback;
      compile|compiler|compilation; refactor|refactoring; unit test|tests; boolean; integers;
      substring; tuple|tuples; dictionary; linked list; binary tree|search; hash map|table;
      stdin|stdout; git; github; docker; npm; json api; rest api; bug|bugs; debug|debugging; syntax;
      runtime; recursion|recursive; def; const; println|printf; nullpointerexception; async await;
      frontend|backend; fullstack; database; select ~6 from; time complexity;
      merge|quick|bubble|heap|insertion sort; programming; coding; software; script|scripts;
      algorithm|algorithms; code; array|arrays; pseudocode; arduino; excel formula|macro; assert;
      lambda; command line; terminal; linux; tkinter; pygame; 代码; 函数; 编程; 程序; код; функция;
      программа|программу; código; programa; función; funktion; fonction
    `,
  ),
  ...phrases(
    'codeTask',
    `
      {make} ~4 {programmingLanguage} ~4 {artefact}; {make} ~4 {programmingLanguage};
      in {programmingLanguage}; using {programmingLanguage}; with {programmingLanguage};
      {make} ~3 code; {make} ~5 function; {make} ~3 script; {make} ~3 program; {make} ~3 regex;
      {make} ~4 class that|which|for|called|named;
      {make} ~4 app|application|website|webpage|bot|api|component|module|macro|parser|compiler|plugin|endpoint|algorithm;
      {make} ~3 query; fix|debug|refactor|review|optimize ~3 code|function|script|program|query|bug;
      this|my|following code; this|my function|script|query; unit tests for;
      how do|can|to ~2 i? ~2 in {programmingLanguage}; code to|for|that|in; stored procedure;
      sql query; leetcode; write ~2 method
    `,
  ),
  ...phrases(
    'complexity',
    `
      analyze|analyse|analysis|analyzing; explain|explanation; debug; reasoning|reason;
      compare|comparison|contrast; evaluate|evaluation; assess|critique|critically;
      prove|proof|disprove; derive|derivation; justify; step by step; trade offs|off; pros and cons;
      advantages and disadvantages; in depth|detail; root cause; optimize|optimise|optimization;
      strategy|strategies; implications|implication; why does|do|is|are|did|would; how does|do ~4 work;
      complexity; design|architect ~4 system|architecture; investigate; synthesize; hypothesis;
      theorem; infer|deduce|deduction; logically; argument|arguments; premise|premises;
      conclude|conclusion; valid|invalid; puzzle|riddle; forecast; simulate|simulation; comprehensive;
      thorough; rigorous; plan for; what would happen; discuss; consider; examine; determine;
      consistent with; 分析; 解释; 证明; 为什么; объясни|объясните; проанализируй; докажи;
      explica|explique|analiza|expliquez|erkläre|analysiere
    `,
  ),
  ...phrases(
    'math',
    `
      solve|solves|solving|solution|solutions; equation|equations; calculate|compute; how many;
      how much; probability; integral|derivative|polynomial|polynomials; matrix|matrices;
      triangle|circle|rectangle|radius|angle|degrees; sum of; product of; average; percent|percentage;
      ratio; integer|integers; real numbers|number; remainder; prime; such that; find the;
      what is the value; twice; half; total; each; per; less|more|fewer|older|younger than; left over;
      altogether; frac; sqrt; begin align|equation|pmatrix; cdot; let; perimeter|area|volume;
      distribution|variance|mean; vertices|diagonal|perpendicular|parallel; modulo; factorial;
      permutations|combinations; arithmetic|geometric sequence|progression|series; function f;
      graph of; maximum|minimum; times as; expected value; options a|b; true or false;
      which of the following; following sentence|sentences|statement|statements; cost|costs; left to right
    `,
  ),
  ...phrases(
    'translation',
    `
      translate|translating|translated; translation; translator;
      how do|would|can|could|should|to|might ~4 say|call|ask|greet|express|pronounce|write ~8 in {language}|{country};
      say ~8 in {language}|{country}; say ~5 for ~4 in {language}|{country}; translate|translating ~5 from ~1 to|into;
      ^translate; ^please|kindly|can|could ~2 translate; {language}|{speakers} ~2 say|says|call|calls;
      how do|would ~1 {speakers} ~3 say; how|what do|would|is ~6 {language} people|speakers|person|speaker ~2 say|call|use;
      what {language} word|phrase|expression|term; word|words|phrase|expression|term|slang ~2 mean|means|for ~4 in {language}|{country};
      equivalent of|to|for ~8 in {language}; equivalent ~2 {language}; slang ~4 in {country};
      say|tell|call|use|greet ~8 if i|you were ~1 {language}; as ~1 {language} person|speaker;
      if i|you were ~1 {language}; what is ~1 hello|goodbye|please|sorry|yes|no|thanks|water in {language};
      word ~3 in|for ~2 {language};
      what is|does|are ~6 {language} for; into|to {language};
      what is the {language} word|phrase|expression; whats ~3 {language} for; {language} for;
      {language} word|words|phrase|equivalent for|of; mean|means in {language}; in {language} how; how do|would|can you|they|i|people|locals say; {language} to {language};
      from {language}; put ~4 into {language}; render ~4 in {language}; word for; way to say;
      how is|are ~4 said in; how to say; say it in;
      traduire|traduis|traduce|traducir|traduzca|übersetze|übersetzen|traduza|traduzir|traduci|переведи|переведите|перевести;
      翻译; 译成; 翻訳; 번역; speak in {language};
      language ~4 say
    `,
  ),
  ...phrases(
    'vision',
    `
      this|the|attached|following|above|given|below {picture}; in ~2 {picture};
      {picture} ~3 shows|show|shown|attached|above|below|depicts; describe ~3 {picture};
      what is|are|does|do|kind|color|colour|brand|type ~8 {picture}; ocr; read ~4 {picture}; caption;
      see|seen|visible ~3 {picture}; what does ~5 say; what is ~4 written|wearing|holding|doing;
      what brand|color|colour|number|time|word|name|letter|year|kind|type ~5 is|are|on|of|does|in;
      shown here; in the background|foreground;
      on the left|right|top|bottom|screen|sign|shirt|label|bottle|cover|jersey|board|wall|table|plate;
      left|right side; infographic; handwriting|handwritten;
      this person|man|woman|sign|product|book|bottle|object|item; images; 图片; 这张图; 画像
    `,
  ),
  ...phrases(
    'safetyStrong',
    `
      {hurt} ~3 {person}; {hurt} ~2 {minority}; {glorify} ~4 {cruelty}; acts of violence; animal cruelty;
      assassination|assassinations|beheading|dismember|lynching; hostage|hostages; hijack|hijacking|hijacks;
      death|bomb threat|threats; hate mail; ransom note; stolen car|cars|goods|credit|data|identity|identities;
      without ~2 getting|being caught|noticed|detected|traced; without leaving ~2 evidence|trace|traces|fingerprints;
      without their|his|her|users knowledge|consent|permission|knowing|noticing; unauthorized|unauthorised ~1 access;
      infiltrate|infiltrating; spam|unsolicited|unwanted ~2 email|emails|messages|calls; fake news ~2 article|story|stories;
      why ~3 {minority} ~2 not be|deserve|allowed; why ~3 {minority} ~4 inferior|banned|excluded|deported|removed|kicked|fired;
      arguing|argue|claiming|claim ~3 {minority} ~6 burden|inferior|lazy|criminals|dangerous|stupid|threat;
      run over|down ~2 {person}; push|throw|shove ~2 {person} ~2 off|under|down|front; break ~2 their|his|her|someones legs|arms|neck|bones;
      find ~4 {person} ~3 login|password|address; evading|evade ~2 police|law|authorities|taxes; distribute|distributing|spread|spreading ~2 virus|viruses|malware;
      how ~6 {produce} ~5 {weapon}; {produce} ~3 {weapon}; {produce} ~3 {drug};
      make|write|create|develop ~4 {malware}; hack into|a|an|someones|the|his|her;
      steal|stealing ~5 identity|identities|money|car|data|from|information|credit|secrets|passwords;
      kill|murder|poison|stab|strangle ~2 someone|somebody|people|person|wife|husband|neighbor|children|boss|coworker|human|humans|him|her|my;
      commit|committing suicide|murder|fraud|arson|genocide; kill|hurt|harm myself; self harm;
      suicide ~2 methods|method|note; child porn|pornography|abuse|exploitation;
      human trafficking|trafficker; money laundering; launder ~2 money;
      credit card fraud|numbers|information; identity theft;
      fake id|ids|passport|passports|identity|identities|documents|prescription|prescriptions|money|currency|reviews|news;
      counterfeit ~3 money|products|currency|bills|goods;
      phishing ~2 email|emails|scam|campaign|website|attack|message; dirty bomb;
      mass shooting|murder|violence; terrorist|terrorism ~4 attack|group|act|recruit|cell;
      join|recruit ~5 isis|terrorist|extremist|gang;
      evade|avoid|without|escape ~4 law|police|detected|detection|caught|authorities|taxes|arrest;
      getting caught;
      blackmail|extort|extortion|stalk|stalking|kidnap|kidnapping|dox|doxx|groom|cyberbully|cyberstalk|bully|bullying|bribe|embezzle|blackmailing|torture|rape|lynch;
      pipe bomb; date rape; drug cartel|lab|someone|dealer; sell ~3 drugs|organs|weapons;
      illegal|illegally; racist|sexist|antisemitic|homophobic|xenophobic|transphobic; hate speech;
      ethnic cleansing; holocaust ~4 hoax|lie|fake|never|didnt; white supremacy|supremacist;
      ddos|sql injection attack; brute force ~3 password|passwords|login;
      bypass|disable ~4 security|authentication|alarm|firewall|antivirus|safety|paywall;
      incite|inciting; sabotage|vandalize; smuggle|smuggling; insider trading;
      rig|manipulate ~4 election|elections|vote|votes|stock|market; scam|scams|scamming|defraud;
      break into; pick ~3 lock; cheat ~4 exam|test; bioweapon|biological weapon|agent;
      chemical weapon|weapons; enriched uranium; nuclear weapon|bomb; eating disorder; defamatory;
      misinformation|disinformation; propaganda
    `,
  ),
  ...phrases(
    'safety',
    `
      {weapon}; {drug}; {malware}; viruses; kill|killing|murder|murdering; hoax|conspiracy; secretly; cruelty; illicit|unlawful;
      {glorify} ~2 violence; attack|attacks; steal|stealing|theft;
      hack|hacking|hacker; suicide; violence|violent; fraud|fraudulent; abuse|abusive; hate|hateful;
      harm|harmful|harass|harassment|hurt; dangerous; crime|criminal; terrorist|terrorism;
      exploit|exploits|exploiting; undetected|undetectable; untraceable; victim|victims; nazi|hitler;
      slur|slurs; minority|minorities; gambling; underage|minors; revenge; destroy;
      shoot|stab|choke|strangle|poisoning|rob|robbing; inferior; stereotypes;
      without consent|permission|knowledge
    `,
  ),
  ...phrases(
    'harmless',
    `
      
      kill ~2 process|time|python|thread|job|weeds|lights|engine|ants|mosquitoes|bacteria|program|switch;
      video|board|computer game; minecraft|fortnite|gta|skyrim|witcher|pokemon|dota;
      in ~4 game|film|movie|novel|book|movies|novels; harry potter|star wars|game of thrones;
      protect|prevent|preventing|protecting ~5 from|against; defend against; history of; awareness;
      why should|do|does|did|is|are|was; definition of; what is the meaning; statistics;
      killer|killing it; shoot ~3 photo|film|video|photos; avoid ~3 scam|scams|fraud;
      detect|detecting|detection ~4 fraud|malware|attacks|phishing
    `,
  ),
  ...phrases(
    'jsonStrong',
    `
      json schema|object|format|array|string; in|as|to json; valid json; json;
      extract ~8 as|into|to json|csv|table|structured|yaml|xml; return ~4 json|yaml|csv;
      structured data|output|format; key value pairs; 抽取; 提取; schema; named entity|entities;
      entity recognition; tabular; entity ~3 type|types;
      entities|relations|triplets|triples ~4 text|sentence|passage
    `,
  ),
  ...phrases(
    'json',
    `
      extract|extracting|extraction; parse|parsing; csv; yaml; xml; fields; key details;
      identify ~6 in|from ~3 text|sentence|passage|paragraph|email|document|following;
      list all ~4 mentioned|names|dates|people|places|entities;
      from the following|this|given text|sentence|passage|paragraph|email|bio|article|document|review|reviews;
      fill ~3 table; into a table; find ~6 mentioned in; pull out; classify|categorize ~6 following;
      named; entities|entity; bio; attributes; convert ~5 table; table format; output format;
      tags|tagging|label|labels
    `,
  ),
  ...phrases(
    'question',
    `
      
      ^what|whats|who|whos|when|where|which|is|are|was|were|do|does|did|can|could|how|will|should|has|have;
      ^what is|are|was|were|does; ^define; ^name; ^tell me ~1 name|time|date|joke;
      ^how old|tall|far|long|big|are; ^in|on|at ~4 what|which|who|where
    `,
  ),
  ...phrases(
    'greeting',
    `
      ^hi|hello|hey|hiya|thanks|thank|bye|goodbye|yo|sup|greetings|good; how are you; tell me ~1 joke;
      your name; who are you; are you ~2 human|bot|ai|robot|real; do you like|have|know|enjoy|want;
      your favorite|favourite|hobbies|birthday; where are you from; nice to meet;
      good morning|evening|night|afternoon; what can you do; thank you;
      hola|bonjour|hallo|ciao|olá|привет; 你好
    `,
  ),
  ...phrases(
    'writing',
    `
      
      write|compose|draft ~4 poem|story|essay|email|letter|song|article|blog|tweet|haiku|post|speech|review|paragraph|lyrics|limerick|caption|ad|bio|resume|cv|summary;
      summarize|summarise|summary; rewrite|rephrase|paraphrase|proofread; act as ~3;
      suggest|recommend|suggestions|recommendations; brainstorm; ideas for; rhyme|rhymes|rhyming;
      story about
    `,
  ),
  ...phrases(
    'language',
    `
      {language}
    `,
  ),
];

/** Patterns stand between semicolons. */
function phrases(signal: Signal, patterns: string): Phrase<Signal>[] {
  return patterns.split(';').map((pattern) => ({ pattern: pattern.trim(), value: signal }));
}
