"""
Writes the rows that every adaptation of the intent model rehearses: every third of our own harmful one-liners and of the
harmless ones in the same words. Run it after a change of own_dangers.py or own_contrasts.py:

  python scripts/train/own_rehearsal.py
"""
import json
from pathlib import Path

from own_contrasts import contrast_rows
from own_dangers import danger_rows

STEP = 3


def main():
    rows = (danger_rows() + contrast_rows())[::STEP]
    out = Path(__file__).with_name('own-rehearsal.jsonl')
    with open(out, 'w', encoding='utf8') as lines:
        for row in rows:
            lines.write(json.dumps({'text': row['text'], 'label': row['label']}, ensure_ascii=False) + '\n')
    print(f'{len(rows)} rows in {out.name}')


main()
