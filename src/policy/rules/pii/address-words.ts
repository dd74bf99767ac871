import { WordList } from './context-words';
import { WordTrie } from './word-trie';

/** What a word may be in an address; bits, because many words are several things. */
export const SUFFIX = 1;
export const LOOSE_SUFFIX = 2;
export const PREFIX = 4;
export const CONNECTOR = 8;
export const UNIT = 16;
/** `str`, short for a German street, which needs the name before it. */
export const SHORT_STREET = 32;
/** Endings of compound street names in `STREET_ENDINGS`. */
export const ENDING = 64;
/** Those long enough to need no capital proof: an ordinary word seldom ends so. */
export const LONG_ENDING = 128;

/** Words of addresses by what they are. */
export const ADDRESS_WORDS = new WordTrie();
/** Endings of compound street names, written backwards. */
export const STREET_ENDINGS = new WordTrie();

/** True when the mask has one of the bits. */
export function isA(mask: number, bits: number): boolean {
  return (mask & bits) !== 0;
}

function add(kind: number, words: string): void {
  for (const word of words.split(' ')) ADDRESS_WORDS.add(word, kind);
}

// Words that end a street's name after a house number: `12 Oak Lane`.
add(
  SUFFIX,
  'street st avenue ave road rd boulevard blvd lane ln highway hwy parkway pkwy terrace ter trail trl alley crescent cres close grove gardens gdns mews turnpike tpke expressway expy freeway fwy strasse straße gade gatan gata vägen vej vei laan straat weg allee platz gasse utca ulice katu tie expressway',
);

// The same, but common in other senses; they need more evidence.
add(
  LOOSE_SUFFIX,
  'drive dr court ct place pl square sq circle cir way loop row walk run point pt plaza park ridge hill view heights pass path bend cove creek crossing bridge green hollow island junction',
);

// Words that begin a street's name, with the number behind: `Calle Mayor 5`, `ul. Długa 7`.
add(
  PREFIX,
  'calle carrer avenida avda via viale piazza corso rua travessa praça rue chemin route impasse quai place ul ulica al aleja os osiedle rue boulevard avenue strada str ulitsa улица ул проспект calle plaza paseo camino passeig largo estrada rodovia alameda',
);

add(SHORT_STREET, 'str');

// Endings of compound street names: `Hauptstraße 3`.
for (const ending of 'straße strasse gasse platz allee gatan gata vägen gade veien gate straat laan plein katu gränd ring damm ufer'.split(
  ' ',
)) {
  const kind = ending.length > 4 ? ENDING | LONG_ENDING : ENDING;
  STREET_ENDINGS.add(Array.from(ending).reverse().join(''), kind);
}

// Small words inside street and place names.
add(
  CONNECTOR,
  'de del la las los el the of du des le les d da do dos das di della dei van von der den am an im zum zur y e na st saint',
);

// Words for a part of a building; what follows belongs to the address.
add(UNIT, 'apt apartment suite ste unit floor fl room rm building bldg flat no nr po box office block lot');

/** Words before an address that make a doubtful one likely. */
export const ADDRESS_CONTEXT = new WordList([
  'address',
  'live at',
  'lives at',
  'living at',
  'located at',
  'reside at',
  'resides at',
  'residing at',
  'ship to',
  'ship it to',
  'deliver to',
  'delivered to',
  'send to',
  'sent to',
  'mail to',
  'moved to',
  'home at',
  'home is',
  'office at',
  'offices at',
  'house at',
  'meet at',
  'visit us at',
  'pick up at',
  'arrived at',
  'taxi to',
  'return to',
  'lives on',
  'live on',
  'lived at',
  'come to',
  'drive to',
  'go to',
]);
