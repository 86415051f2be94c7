"""Names as numbers of letters: what a model reads, and what it is to guess."""

LETTERS = [*"abcdefghijklmnopqrstuvwxyz", "."]
END = 26  # the dot, which begins and ends a name
LENGTH = 9  # of the longest name, with a dot


def numbers(name):
    """The dot's number and those of a name's letters.

    >>> numbers("ada")
    [26, 0, 3, 0]
    """
    return [END, *map(LETTERS.index, name)]


def spelled(tokens):
    """The letters of such numbers, without dots.

    >>> spelled(numbers("ada"))
    'ada'
    """
    return "".join(LETTERS[k] for k in tokens if k != END)


def example(name):
    """What to read; what to guess, and 1 or 0: whether the guess counts.

    >>> read, target = example("ada")
    >>> read, target[:LENGTH]
    ([26, 0, 3, 0, 26, 26, 26, 26, 26], [0, 3, 0, 26, 26, 26, 26, 26, 26])
    >>> target[LENGTH:]
    [1, 1, 1, 1, 0, 0, 0, 0, 0]
    """
    read, rest = numbers(name), LENGTH - 1 - len(name)
    guess = [*read[1:], END]
    return read + [END] * rest, guess + [END] * rest + [1] * len(guess) + [0] * rest


def shown(name):
    """An example as lines of text.

    >>> print(shown("ada"))
      read    .  a  d  a  .  .  .  .  .
      guess   a  d  a  .  .  .  .  .  .
      counts  1  1  1  1  0  0  0  0  0
    """
    read, target = example(name)
    guess, counts = target[:LENGTH], target[LENGTH:]
    texts = {"read": map(LETTERS.__getitem__, read), "guess": map(LETTERS.__getitem__, guess)}
    texts["counts"] = map(str, counts)
    return "\n".join(f"  {what:8}{'  '.join(text)}" for what, text in texts.items())
