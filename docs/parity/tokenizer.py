"""Reference token ids from transformers' CLIPTokenizer, and the tables of characters that it uses.

    python tokenizer.py corpus TOKENIZER OUT [--texts N] [--every K]   # writes a folder for `deploy/fleet parity OUT`
    python tokenizer.py tables RESOURCES                               # writes characters.txt

TOKENIZER is a folder with a CLIP tokenizer. The corpus depends only on the number of texts. The script prints its SHA-256. With --every,
the folder contains only each K-th text. The script needs transformers (5.0 or newer) and no torch.
"""

import argparse
import hashlib
import itertools
import json
import random
import shutil
import unicodedata
from pathlib import Path

from tokenizers import Regex, normalizers, pre_tokenizers

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]  # surrogates are no characters
HANGUL_SYLLABLES = range(0xAC00, 0xD7A4)  # composed by a formula
NFC, NFD, LOWER = normalizers.NFC(), normalizers.NFD(), normalizers.Lowercase()

# The corpus ---------------------------------------------------------------------------------------------------------------------------

WORDS = """a an the of and with in on portrait landscape photo painting star ring square castle dragon girl robot cyberpunk neon light
highly detailed masterpiece best quality 8k uhd trending artstation greg rutkowski don't it's we're they've I'm she'll he'd o'clock
rock'n'roll state-of-the-art e-mail C++ C# 3.14 1,000,000 50% $100 #hashtag @user http://example.org/a?b=c&d=e""".split()
PUNCTUATION = list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") + ["...", "--", "!!!", "?!", "::", "((", "))", "[[", "]]", "<|", "|>", "'"]
SPECIAL = ["<|startoftext|>", "<|endoftext|>", "<|STARTOFTEXT|>", "<|EndOfText|>", "<|endoftext|", "<endoftext>", "</w>", "<|pad|>",
           "<my-cat>", "<My-Cat>", "my-style", "MY-STYLE", "Stra\u00dfe-1"]  # words of textual inversions
CONTRACTIONS = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'T", "'RE", "'Ve", "'LL", "'D", "\u2019s"]
SPACES = [" ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u3000", "\u2028", "\u0085", "\u001c", "\u200b", "\ufeff", "\u180e"]
CASES = ["\u0130", "I\u0307", "\u03a3", "\u03c2", "\u1e9e", "\u00df", "\u01c5", "\ufb03", "\u1f88", "\u24b6", "\U00010400", "\u13a0"]
JOINER, SELECTOR = "\u200d", "\ufe0f"


def pick(rng, first, last):
    """A code point of a range that is no surrogate."""
    while True:
        c = rng.randint(first, last)
        if not 0xD800 <= c <= 0xDFFF:
            return chr(c)


def scripts():
    """Ranges of 128 code points that contain at least one assigned character, from all planes."""
    blocks = [range(b, b + 128) for b in range(0, 0x110000, 128) if not 0xD800 <= b <= 0xDFFF]
    return [b for b in blocks if any(unicodedata.category(chr(c)) not in ("Cn", "Co", "Cs") for c in b)]


def emoji(rng):
    bases = [pick(rng, 0x1F300, 0x1FAFF) for _ in range(rng.randint(1, 4))]
    tones = [b + (pick(rng, 0x1F3FB, 0x1F3FF) if rng.random() < 0.4 else "") for b in bases]
    flags = "".join(pick(rng, 0x1F1E6, 0x1F1FF) for _ in range(rng.choice([0, 0, 2, 3])))
    return rng.choice([JOINER, SELECTOR + JOINER, ""]).join(tones) + flags + rng.choice(["", SELECTOR, "\u20e3"])


def fragment(rng, blocks, marks):
    """A piece of text of one kind."""
    kind = rng.randrange(13)
    if kind == 0:
        word = rng.choice(WORDS)
        return rng.choice([word, word.upper(), word.title(), "".join(rng.choice([c.upper(), c]) for c in word)])
    if kind == 1:
        return "".join(rng.choice(PUNCTUATION) for _ in range(rng.randint(1, 6)))
    if kind == 2:
        return rng.choice(SPECIAL)
    if kind == 3:
        return rng.choice(WORDS) + rng.choice(CONTRACTIONS)
    if kind == 4:
        return rng.choice(SPACES) * rng.randint(1, 3)
    if kind == 5:
        block = rng.choice(blocks)
        return "".join(pick(rng, block[0], block[-1]) for _ in range(rng.randint(1, 12)))
    if kind == 6:  # combining marks, in any order
        return pick(rng, 0x20, 0x24F) + "".join(rng.choice(marks) for _ in range(rng.randint(1, 5)))
    if kind == 7:
        return emoji(rng)
    if kind == 8:  # Chinese, Japanese, Korean (syllables and their parts)
        first, last = rng.choice([(0x4E00, 0x9FFF), (0x3040, 0x30FF), (0xAC00, 0xD7A3), (0x1100, 0x11FF), (0x20000, 0x2FA1F)])
        return "".join(pick(rng, first, last) for _ in range(rng.randint(1, 8)))
    if kind == 9:  # right to left
        first, last = rng.choice([(0x590, 0x5FF), (0x600, 0x6FF), (0x1E900, 0x1E95F)])
        return "\u202b" * rng.randrange(2) + "".join(pick(rng, first, last) for _ in range(rng.randint(1, 10)))
    if kind == 10:  # controls, private use, noncharacters
        return "".join(rng.choice([pick(rng, 0, 0x1F), pick(rng, 0x7F, 0x9F), pick(rng, 0xE000, 0xF8FF), pick(rng, 0xFFF0, 0xFFFF)])
                       for _ in range(rng.randint(1, 3)))
    if kind == 11:
        return str(rng.randrange(10 ** rng.randint(1, 12))) + rng.choice(["", "\u00bd", "\u0663", "\u2167", "\u00b2", "\U0001d7d8"])
    return rng.choice(CASES) + rng.choice(["", rng.choice(CASES), "a", "\u0307", " "])


def corpus(count):
    """Texts: every code point once alone and once in context, then random mixtures of all kinds up to the count."""
    rng = random.Random(20260101)
    blocks, marks = scripts(), [chr(c) for c in CODE_POINTS if unicodedata.combining(chr(c))]
    for block in blocks:  # the assigned code points, 16 to a text
        for first in range(block[0], block[-1] + 1, 16):
            part = [chr(c) for c in range(first, first + 16)]
            yield "".join(part)
            yield " ".join("A" + c + "b" for c in part)
            count -= 2
    for token in SPECIAL + CONTRACTIONS + SPACES + CASES + [""]:
        yield token
        yield "a" + token + "b"
        count -= 2
    while count > 0:
        length = 400 if rng.random() < 0.005 else rng.randint(1, 9)
        glue = rng.choice(["", "", " ", " ", ", "])
        yield glue.join(fragment(rng, blocks, marks) for _ in range(length))
        count -= 1


def write_corpus(args):
    from transformers import CLIPTokenizer

    tokenizer = CLIPTokenizer.from_pretrained(args.tokenizer)
    shutil.copytree(args.tokenizer, args.out, dirs_exist_ok=True)
    digest, count, ids = hashlib.sha256(), 0, 0
    with open(args.out / "expected_tokens.jsonl", "w", encoding="utf-8") as file:
        for text in itertools.islice(corpus(args.texts), 0, None, args.every):
            encoded = tokenizer(text, add_special_tokens=False)["input_ids"]
            line = json.dumps({"text": text, "ids": encoded}, separators=(",", ":")) + "\n"
            file.write(line)
            digest.update(line.encode())
            count, ids = count + 1, ids + len(encoded)
    print(f"{count} texts, {ids} tokens, SHA-256 {digest.hexdigest()}")


# The tables ---------------------------------------------------------------------------------------------------------------------------

def ranges(numbers):
    """Ranges of code points in hexadecimal, such as "41-5a aa"."""
    parts, numbers = [], sorted(numbers)
    first = last = None
    for n in numbers + [None]:
        if first is not None and n != last + 1:
            parts.append(f"{first:x}" if first == last else f"{first:x}-{last:x}")
            first = None
        if first is None:
            first = n
        last = n
    return " ".join(parts)


def matching(pattern):
    """The code points that match a character class of the reference's regular expressions."""
    split = pre_tokenizers.Split(Regex(pattern), behavior="removed", invert=True)
    pieces = split.pre_tokenize_str("".join(map(chr, CODE_POINTS)))
    return [CODE_POINTS[i] for _, (start, end) in pieces for i in range(start, end)]


def combining_classes():
    """The combining class of each mark, found from the order in which the reference puts two marks."""
    kept = lambda text: NFD.normalize_str(text) == text
    known = {1: "\u0334", 240: "\u0345"}  # the lowest and the highest class
    for c in CODE_POINTS[0x300:]:
        mark = chr(c)
        moves = kept(mark) and not (kept(known[240] + mark) and kept(mark + known[1]))
        if unicodedata.combining(mark) and moves:  # the reference may have an older version of Unicode
            known.setdefault(unicodedata.combining(mark), mark)
    found = {}
    for c in CODE_POINTS:
        mark = chr(c)
        if c in HANGUL_SYLLABLES or not kept(mark):
            continue
        # A mark is moved before the highest class, or the lowest class is moved before it. Any other character stays.
        if kept(known[240] + mark) and kept(mark + known[1]) and unicodedata.combining(mark) not in (1, 240):
            continue
        same = [k for k, other in known.items() if kept(mark + other) and kept(other + mark)]
        if len(same) == 1:
            found.setdefault(same[0], []).append(c)
    return found


def write_tables(args):
    decompositions = {c: NFD.normalize_str(chr(c)) for c in CODE_POINTS
                      if c not in HANGUL_SYLLABLES and NFD.normalize_str(chr(c)) != chr(c)}
    lower = {c: LOWER.normalize_str(chr(c)) for c in CODE_POINTS if LOWER.normalize_str(chr(c)) != chr(c)}
    pairs = {}
    for c, full in decompositions.items():
        if NFC.normalize_str(chr(c)) == chr(c):
            pairs[NFC.normalize_str(full[:-1]) + full[-1]] = c
    hexes = lambda text: " ".join(f"{ord(c):x}" for c in text)
    with open(args.resources / "characters.txt", "w", encoding="ascii") as file:
        print("# Written by docs/parity/tokenizer.py: the characters as the Rust crate tokenizers sees them.", file=file)
        for name, pattern in (("letters", r"[\p{L}]+"), ("numbers", r"[\p{N}]+"), ("spaces", r"\s+")):
            print(name, ranges(matching(pattern)), file=file)
        for combining, marks in sorted(combining_classes().items()):
            print("class", combining, ranges(marks), file=file)
        for c, text in sorted(lower.items()):
            print(f"lower {c:x}", hexes(text), file=file)
        for c, text in sorted(decompositions.items()):
            print(f"decomposition {c:x}", hexes(text), file=file)
        for pair, c in sorted(pairs.items()):
            print("composition", hexes(pair), f"{c:x}", file=file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("corpus")
    command.add_argument("tokenizer", type=Path)
    command.add_argument("out", type=Path)
    command.add_argument("--texts", type=int, default=120_000)
    command.add_argument("--every", type=int, default=1)
    command.set_defaults(run=write_corpus)
    command = commands.add_parser("tables")
    command.add_argument("resources", type=Path)
    command.set_defaults(run=write_tables)
    arguments = parser.parse_args()
    arguments.run(arguments)
