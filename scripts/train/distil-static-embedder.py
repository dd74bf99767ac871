"""
Distils the built-in static embedder from a sentence transformer with a WordPiece vocabulary: every piece goes through
the transformer alone, the results are centred and reduced by principal components, rare pieces weigh more than frequent
ones. Run it in a virtual environment outside the repository's build (see docs/models/static-embedder.md):

  python scripts/train/distil-static-embedder.py --model FOLDER --corpus rows.jsonl [--corpus ...] --dimensions 96 \
      --version 1 --out src/platform/embedding/static/minilm-static.bin

FOLDER holds config.json, model.safetensors, vocab.txt and tokenizer.json; a corpus is a file of JSON lines with `text`,
of which only piece frequencies are taken.
"""
import argparse
import json
import struct

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import AutoModel

MAGIC = b'MMSE0001'
BATCH = 512
# Smooth inverse frequency: weight = A / (A + frequency).
A = 1e-3
WINDOW = 2_048


def piece_vectors(folder, pieces):
    model = AutoModel.from_pretrained(folder).eval()
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    start, end = vocabulary['[CLS]'], vocabulary['[SEP]']
    found = []
    with torch.no_grad():
        for first in range(0, len(pieces), BATCH):
            ids = torch.tensor([[start, i, end] for i in range(first, min(first + BATCH, len(pieces)))])
            found.append(model(input_ids=ids).last_hidden_state.mean(1).numpy())
            print(f'\r{min(first + BATCH, len(pieces))} of {len(pieces)} pieces', end='', flush=True)
    print()
    return np.concatenate(found)


def frequencies(folder, corpora, size):
    tokenizer = Tokenizer.from_file(f'{folder}/tokenizer.json')
    tokenizer.no_padding()
    tokenizer.no_truncation()
    counts = np.ones(size)
    for corpus in corpora:
        with open(corpus, encoding='utf8') as lines:
            for line in lines:
                for i in tokenizer.encode(json.loads(line)['text'][:WINDOW], add_special_tokens=False).ids:
                    counts[i] += 1
    return counts / counts.sum()


def main():
    options = argparse.ArgumentParser()
    options.add_argument('--model', required=True)
    options.add_argument('--corpus', action='append', required=True)
    options.add_argument('--dimensions', type=int, default=96)
    options.add_argument('--version', required=True)
    options.add_argument('--out', required=True)
    given = options.parse_args()
    with open(f'{given.model}/vocab.txt', encoding='utf8') as lines:
        pieces = [line.rstrip('\n') for line in lines]
    vectors = piece_vectors(given.model, pieces)
    vectors -= vectors.mean(0)
    _, _, components = np.linalg.svd(vectors, full_matrices=False)
    reduced = vectors @ components[: given.dimensions].T
    share = frequencies(given.model, given.corpus, len(pieces))
    reduced *= (A / (A + share))[:, None]
    # Control pieces ([CLS], [unused7] ...) are no text.
    kept = [i for i, piece in enumerate(pieces) if not (len(piece) > 3 and piece.startswith('[') and piece.endswith(']'))]
    table = reduced[kept]
    scales = np.maximum(np.abs(table).max(1), 1e-12) / 127
    values = np.clip(np.rint(table / scales[:, None]), -127, 127).astype(np.int8)
    vocabulary = '\n'.join(pieces[i] for i in kept).encode('utf8')
    header = json.dumps({'version': given.version, 'dimensions': given.dimensions, 'pieces': len(kept),
                         'vocabularyBytes': len(vocabulary)}).encode('utf8')
    with open(given.out, 'wb') as out:
        out.write(MAGIC + struct.pack('<I', len(header)) + header + vocabulary)
        out.write(scales.astype('<f4').tobytes() + values.tobytes())
    print(f'{given.out}: {len(kept)} pieces, {given.dimensions} dimensions')


main()
