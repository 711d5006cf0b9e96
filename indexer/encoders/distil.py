"""Teach a model of fewer layers to encode as a larger one does: half the layers answer in half the time.

Knowledge distillation (Hinton et al. 2015, arXiv:1503.02531) from hidden states, as in TinyBERT (Jiao et al. 2020,
arXiv:1909.10351). It needs text and no labels. Needs the extra `train` (torch, sentence-transformers).
"""

import copy
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from torch.nn.functional import mse_loss, normalize

from indexer.encoders.sentence_transformer import SentenceTransformerEncoder
from indexer.errors import EncoderError

STEPS = 5_000
TOKENS_PER_STEP = 2_048
MOST_TOKENS = 128
"""Of one text; attention is learnt from these lengths well enough for longer ones."""
LEARNING_RATE, WARM_UP_STEPS, LAST_LEARNING_RATE = 4e-4, 200, 8e-6
LARGEST_GRADIENT = 1.0
SENTENCE_WEIGHT, SIMILARITY_WEIGHT = 10.0, 20.0
"""Of the distance between sentences' vectors, and between their similarities to each other, beside that of tokens."""
OWN_SHARE = 0.4
"""Of the knowledge base's own texts among all: the domain counts, but few texts seen often are learnt by heart."""
JOINED_SHARE = 0.5
"""Of those, so many are two texts one after the other: that makes new ones, and messages do tell several things."""
POOL_TEXTS = 8_000
"""Drawn at a time, and put into batches of like lengths."""
SEED = 0

Report = Callable[[int, float], None]
"""Is told how many steps are done, and the mean cosine between both models' vectors of the last texts."""


def distil(
    teacher_name: str,
    n_layers: int,
    folder: Path,
    own_texts: Sequence[str],
    other_texts: Sequence[str],
    report: Report,
    steps: int = STEPS,
) -> None:
    """Write a sentence-transformers model that has the teacher's first and last stages and fewer layers between them.

    It begins with every so manieth layer of the teacher, the last among them; embeddings stay as they are.

    :param teacher_name: a folder or a hub name of a model of BERT's kind.
    :param own_texts: of the knowledge base.
    :param other_texts: much more text, so that what users will write isn't foreign to it.
    :raises EncoderError: if the teacher isn't of BERT's kind, or has no more layers than that.
    """
    torch.manual_seed(SEED)
    teacher = SentenceTransformerEncoder(teacher_name).model.eval()
    student = _student(teacher, n_layers)
    weights = [parameter for parameter in student.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=LEARNING_RATE, betas=(0.9, 0.98))
    batches = _batches(teacher, own_texts, other_texts)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = _learning_rate(step, steps)
        batch = next(batches)
        with torch.no_grad():
            wanted_tokens, wanted = _encode(teacher, batch)
        tokens, vectors = _encode(student, batch)
        is_token = batch["attention_mask"].bool()
        token_loss = mse_loss(tokens[is_token], wanted_tokens[is_token]) / wanted_tokens[is_token].square().mean()
        cosine = (vectors * wanted).sum(dim=1).mean()
        similarity_loss = mse_loss(vectors @ vectors.T, wanted @ wanted.T)
        loss = token_loss + SENTENCE_WEIGHT * (1 - cosine) + SIMILARITY_WEIGHT * similarity_loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, LARGEST_GRADIENT)
        optimizer.step()
        report(step + 1, float(cosine.detach()))
    student.save(str(folder))


def _student(teacher: SentenceTransformer, n_layers: int) -> SentenceTransformer:
    student = copy.deepcopy(teacher)
    transformer = student[0].model
    layers = getattr(getattr(transformer, "encoder", None), "layer", None)
    if layers is None or not 0 < n_layers < len(layers):
        has = "no layers that can be left out" if layers is None else f"{len(layers)} layers"
        raise EncoderError(f"a model of {n_layers} layers can't be made of this one: it has {has}")
    kept = [round((number + 1) * len(layers) / n_layers) - 1 for number in range(n_layers)]
    transformer.encoder.layer = torch.nn.ModuleList(layers[number] for number in kept)
    transformer.config.num_hidden_layers = n_layers
    for parameter in transformer.embeddings.parameters():
        parameter.requires_grad = False
    for module in student.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return student.train()


def _encode(model: SentenceTransformer, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Last hidden states, shape (n_texts, n_tokens, width), and sentence vectors, shape (n_texts, dimension)."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        states = model[0].model(**batch).last_hidden_state
    features = {"token_embeddings": states.float(), "attention_mask": batch["attention_mask"]}
    for stage in list(model)[1:]:
        features = stage(features)
    return features["token_embeddings"], normalize(features["sentence_embedding"], dim=1)


def _batches(
    model: SentenceTransformer, own_texts: Sequence[str], other_texts: Sequence[str]
) -> Iterator[dict[str, torch.Tensor]]:
    """Batches without end, each of about `TOKENS_PER_STEP` tokens in texts of like lengths."""
    most_tokens = min(MOST_TOKENS, model.max_seq_length or MOST_TOKENS)
    draw = random.Random(SEED)  # noqa: S311 -- nothing is secret here
    n_own = round(OWN_SHARE * POOL_TEXTS)
    while True:
        own = [" ".join(draw.choices(own_texts, k=1 + (draw.random() < JOINED_SHARE))) for _ in range(n_own)]
        drawn = own + draw.choices(other_texts, k=POOL_TEXTS - n_own)
        rows = model.tokenizer(drawn, truncation=True, max_length=most_tokens)["input_ids"]
        groups: list[list[list[int]]] = [[]]
        for row in sorted(rows, key=len):
            if groups[-1] and (len(groups[-1]) + 1) * len(row) > TOKENS_PER_STEP:
                groups.append([])
            groups[-1].append(row)
        draw.shuffle(groups)
        for group in groups:
            yield dict(model.tokenizer.pad({"input_ids": group}, return_tensors="pt"))


def _learning_rate(step: int, steps: int) -> float:
    """Rises at first, then falls evenly."""
    return max(LAST_LEARNING_RATE, LEARNING_RATE * min(1, (step + 1) / WARM_UP_STEPS) * (1 - step / steps))
