"""
Writes the rows that the base of the intent model learns from: questions and tasks of public data sets (read from local
clones, never copied into this repository) and our own sentences. Which sets, and under which licences: see
docs/models/intent-model.md. None of them is a set that the model is measured on.

  pip install reasoning-gym
  python scripts/train/intent_rows.py --clones FOLDER --out rows.jsonl

FOLDER holds one git clone per source, named owner+name.
"""
import argparse
import csv
import gzip
import io
import json
import os
import random
import re
import subprocess

import reasoning_gym
from reasoning_gym.factory import DATASETS

from own_contrasts import contrast_rows
from own_dangers import danger_rows
from own_tasks import task_rows

LANGUAGES = 'Python JavaScript TypeScript Go Rust Java C++ C# Kotlin Ruby'.split()
OPENINGS = ['Implement this in {l}.\n\n', 'Write a {l} solution for the following exercise:\n\n', '{l}: ',
            'I need a {l} program for this:\n\n']
MT_BENCH = {'writing': 'chat_lite', 'roleplay': 'chat_lite', 'generic': 'chat_lite', 'knowledge': 'chat_lite',
            'common-sense': 'chat_lite', 'counterfactual': 'chat_lite', 'reasoning': 'deep_reason',
            'math': 'deep_reason', 'fermi': 'deep_reason', 'coding': 'code_gen', 'extraction': 'json_extract'}
AGIEVAL = [('lsat-ar', 80), ('lsat-lr', 120), ('logiqa-en', 150), ('logiqa-zh', 120), ('sat-math', 120),
           ('gaokao-mathqa', 120), ('gaokao-physics', 60), ('gaokao-chemistry', 40), ('gaokao-mathcloze', 80)]
# Their tasks are pictures of grids or need another package.
NOT_TEXT = {'codeio', 'arc_agi', 'arc_1d', 'rearc', 'composite'}
ARITHMETIC = ['What is {a}+{b}?', 'what is {a} + {b}', 'What is {a} plus {b}?', "what's {a} times {b}",
              'How much is {a} minus {b}?', '{a} * {b} = ?', 'calculate {a} + {b}', 'What is {a}x{b}?',
              'what is half of {c}', 'how much is {b} percent of {c}', 'Wie viel ist {a} plus {b}?',
              'Combien font {a} fois {b} ?', '¿Cuánto es {a} más {b}?', 'Сколько будет {a} плюс {b}?', '{a}加{b}等于多少？']


class Clones:
    def __init__(self, folder):
        self.folder = folder

    def git(self, repository, *command):
        place = os.path.join(self.folder, repository)
        place = os.path.join(place, 'repo') if os.path.isdir(os.path.join(place, 'repo')) else place
        return subprocess.run(['git', '-C', place, *command], capture_output=True, check=True).stdout

    def read(self, repository, path):
        return self.git(repository, 'show', f'HEAD:{path}')

    def text(self, repository, path):
        return self.read(repository, path).decode('utf-8-sig')

    def lines(self, repository, path):
        return [json.loads(line) for line in self.text(repository, path).split('\n') if line]

    def table(self, repository, path):
        return list(csv.DictReader(io.StringIO(self.text(repository, path))))

    def files(self, repository):
        return self.git(repository, 'ls-tree', '-r', '--name-only', 'HEAD').decode().split('\n')


class Rows:
    def __init__(self, random_source):
        self.random = random_source
        self.rows = []

    def add(self, source, label, texts, most=None, has_image=False):
        unique = list(dict.fromkeys(text.strip() for text in texts if text and text.strip()))
        self.random.shuffle(unique)
        for text in unique[:most]:
            self.rows.append({'text': text[:4000], 'label': label, 'source': source, 'has_image': has_image})


def strings(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) and len(value) > 15 else []


def add_chat(rows, clones):
    banking = clones.table('PolyAI-LDN+task-specific-datasets', 'banking_data/train.csv')
    rows.add('banking77', 'chat_lite', [row['text'] for row in banking], 500)
    merged = [path for path in clones.files('xliuhw+NLU-Evaluation-Data') if 'KFold_1/merged/RasaNlu_Merged' in path]
    examples = json.loads(clones.read('xliuhw+NLU-Evaluation-Data', merged[0]))['rasa_nlu_data']['common_examples']
    no_translation = re.compile(r'translat| in (french|spanish)')
    rows.add('hwu64', 'chat_lite', [example['text'] for example in examples if example['intent'] != 'qa_maths'
                                    and not no_translation.search(example['text'])], 1500)
    questions = json.loads(clones.read('KGQA+QALD_9_plus', 'data/qald_9_plus_test_dbpedia.json'))['questions']
    by_language = {}
    for question in questions:
        for wording in question['question']:
            by_language.setdefault(wording['language'], []).append(wording['string'])
    for language, texts in by_language.items():
        rows.add(f'qald9plus-{language}', 'chat_lite', texts, 150 if language == 'en' else 60)
    for bench in ['mt_bench', 'vicuna_bench']:
        path = f'starling_training/fastchat/llm_judge/data/{bench}/question.jsonl'
        if path not in clones.files('declare-lab+red-instruct'):
            continue
        for line in clones.lines('declare-lab+red-instruct', path):
            if line['category'] in MT_BENCH:
                rows.add('mt-bench', MT_BENCH[line['category']], [line['turns'][0]])
    roleplay = json.loads(clones.read('teknium1+GPTeacher', 'Roleplay/roleplay-simple-deduped-roleplay-instruct.json'))
    rows.add('gpteacher-roleplay', 'chat_lite', [with_input(row, '\n') for row in roleplay], 600)


def with_input(row, between):
    return row['instruction'] + (between + row['input'] if row.get('input') else '')


def add_code(rows, clones):
    codegen = json.loads(clones.read('teknium1+GPTeacher', 'Codegen/codegen-instruct.json'))
    rows.add('gpteacher-codegen', 'code_gen', [with_input(row, '\n\n') for row in codegen], 900)
    packed = gzip.decompress(clones.read('openai+human-eval', 'data/HumanEval.jsonl.gz')).decode()
    prompts = [json.loads(line)['prompt'] for line in packed.split('\n') if line]
    rows.add('human-eval', 'code_gen', prompts)
    rows.add('human-eval-nl', 'code_gen', ['Complete the following function.\n\n' + text for text in prompts[:80]])
    exercises = [path for path in clones.files('exercism+problem-specifications') if path.endswith('description.md')]
    texts = [re.sub(r'^#.*\n+', '', clones.text('exercism+problem-specifications', path)) for path in exercises]
    rows.add('exercism', 'code_gen', [
        rows.random.choice(OPENINGS).replace('{l}', rows.random.choice(LANGUAGES)) + text for text in texts])


def add_reasoning(rows, clones):
    for name in ['dev.json', 'test.json']:
        rows.add('aqua', 'deep_reason', [
            line['question'] + ' ' + rows.random.choice(['', ' '.join(line['options'])])
            for line in clones.lines('google-deepmind+AQuA', name)], 200)
    problems = clones.table('arkilpatel+SVAMP', 'data/mawps-asdiv-a_svamp/train.csv')
    rows.add('svamp-asdiv-mawps', 'deep_reason', [filled(problem) for problem in problems], 400)
    for name, most in AGIEVAL:
        lines = clones.lines('ruixiangcui+AGIEval', f'data/v1/{name}.jsonl')
        rows.add(f'agieval-{name}', 'deep_reason', [
            '\n'.join([line.get('passage') or '', line['question'], *(line.get('options') or [])]) for line in lines], most)
    theorems = json.loads(clones.read('TIGER-AI-Lab+TheoremQA', 'theoremqa_test.json'))
    rows.add('theoremqa', 'deep_reason', [row['Question'] for row in theorems], 300)
    books = [path for path in clones.files('mandyyyyii+scibench') if re.match(r'dataset/original/[a-z]+\.json$', path)]
    rows.add('scibench', 'deep_reason', [
        row['problem_text'] for path in books for row in json.loads(clones.read('mandyyyyii+scibench', path))], 250)
    for name in sorted(set(DATASETS) - NOT_TEXT):
        try:
            puzzles = reasoning_gym.create_dataset(name, size=8, seed=3)
            rows.add('reasoning-gym', 'deep_reason', [puzzle['question'] for puzzle in puzzles])
        except Exception as error:
            print(f'reasoning-gym has no {name} here: {error}')


def filled(problem):
    text = problem['Question']
    for i, number in enumerate(problem['Numbers'].split()):
        value = float(number)
        text = text.replace(f'number{i}', str(int(value)) if value == int(value) else number)
    return re.sub(r' ([.,?])', r'\1', text)


def add_dangers(rows, clones):
    red = 'declare-lab+red-instruct'
    rows.add('harmfulqa', 'safety_risk', strings(json.loads(clones.read(red, 'harmful_questions/harmfulqa.json'))), 500)
    for language, most in [('english', 500), ('chinese', 150), ('vietnamese', 80)]:
        found = strings(json.loads(clones.read(red, f'harmful_questions/catqa_{language}.json')))
        rows.add(f'catqa-{language}', 'safety_risk', found, most)
    jail = clones.table('DAMO-NLP-SG+multilingual-safety-for-LLMs', 'data/MultiJail.csv')
    for language in 'en zh it vi ar ko th bn sw jv'.split():
        rows.add(f'multijail-{language}', 'safety_risk', [row[language] for row in jail], 315 if language == 'en' else 50)
    aart = clones.table('google-research-datasets+aart-ai-safety-dataset', 'aart-v1-20231117.csv')
    rows.add('aart', 'safety_risk', [row['prompt'] for row in aart], 400)
    simple = clones.table('bertiev+SimpleSafetyTests', 'SimpleSafetyTests - test cases.csv')
    rows.add('simple-safety-tests', 'safety_risk', [row['prompts_final'] for row in simple])


def material(rows, clones):
    """Sentences that our own tasks are about, in English and in other languages."""
    found = []
    for name in ['sat-en', 'lsat-rc']:
        for line in clones.lines('ruixiangcui+AGIEval', f'data/v1/{name}.jsonl'):
            parts = re.split(r'(?<=[.!?])\s+', line.get('passage') or '')
            found += [part.strip() for part in parts if 20 < len(part) < 300]
    found = list(dict.fromkeys(found))
    random.Random(1).shuffle(found)
    everyday = [row['text'] for row in rows.rows if row['source'] in ('banking77', 'hwu64', 'exercism')]
    foreign = [row['text'] for row in rows.rows
               if row['source'].startswith('qald9plus') and not row['source'].endswith('en')]
    return found[:1500] + everyday[:1500], foreign


def add_own(rows, clones):
    sentences, foreign = material(rows, clones)
    rows.rows += task_rows(sentences, foreign)
    source = random.Random(3)
    seen = [row for row in rows.rows if row['label'] in ('chat_lite', 'deep_reason') and len(row['text']) < 300]
    for row in source.sample(seen, 500):
        rows.rows.append({'text': row['text'], 'label': 'vision', 'source': 'own-vision', 'has_image': True})
    rows.rows += danger_rows() + contrast_rows()
    source = random.Random(8)
    for _ in range(150):
        text = source.choice(ARITHMETIC).format(a=source.randint(1, 20), b=source.randint(1, 12),
                                                c=source.choice([10, 20, 50, 100, 200]))
        rows.rows.append({'text': text, 'label': 'chat_lite', 'source': 'own-arithmetic', 'has_image': False})
    # Some requests ask for JSON by parameter, most of them to extract something.
    source = random.Random(4)
    for row in rows.rows:
        if source.random() < (0.3 if row['label'] == 'json_extract' else 0.01):
            row['wants_json'] = True


def main():
    options = argparse.ArgumentParser()
    options.add_argument('--clones', required=True)
    options.add_argument('--out', required=True)
    given = options.parse_args()
    clones = Clones(given.clones)
    rows = Rows(random.Random(7))
    for part in [add_chat, add_code, add_reasoning, add_dangers, add_own]:
        part(rows, clones)
    with open(given.out, 'w', encoding='utf8') as out:
        for row in rows.rows:
            out.write(json.dumps(row, ensure_ascii=False) + '\n')
    print(f'{len(rows.rows)} rows in {given.out}')


main()
