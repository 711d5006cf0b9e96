"""A sentence-transformers model of random weights that is made in a second; needs the extra `train`."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import BertProcessing

from indexer.chunks import chunk_knowledge_base
from kb import KnowledgeBase

WIDTH, DIMENSION, MAX_TOKENS = 64, 32, 24
QUERY_PROMPT = "what is wrong with the server : "
SPECIAL_TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def make_tiny_model(
    folder: Path,
    knowledge_base: KnowledgeBase,
    *,
    pooling: Mapping[str, Any] | None = None,
    prompts: Mapping[str, str] | None = None,
    change: Callable[[list[Any]], object] = lambda modules: None,
) -> Path:
    """Save a model of two BERT layers, pooling, a dense layer and normalisation.

    :param knowledge_base: its words are the model's vocabulary.
    :param pooling: arguments of the pooling; the mean of all tokens if left out.
    :param prompts: by task; one for queries if left out.
    :param change: what to do to the list of modules before they are saved.
    """
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    sentence_transformers = pytest.importorskip("sentence_transformers")
    module_types = pytest.importorskip("sentence_transformers.sentence_transformer.modules")

    torch.manual_seed(0)
    tokenizer = _tokenizer(knowledge_base)
    bert = transformers.BertModel(
        transformers.BertConfig(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=WIDTH,
            intermediate_size=2 * WIDTH,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=64,
            initializer_range=0.05,
        )
    )
    # A text is mostly its words: what all texts have in common would make their vectors alike.
    for common in (bert.embeddings.position_embeddings, bert.embeddings.token_type_embeddings):
        common.weight.data *= 0.1
    transformer = folder.with_name(f"{folder.name}-transformer")
    bert.save_pretrained(transformer)
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    ).save_pretrained(transformer)
    modules = [
        module_types.Transformer(str(transformer), max_seq_length=MAX_TOKENS),
        module_types.Pooling(WIDTH, **(pooling or {"pooling_mode": "mean"})),
        module_types.Dense(WIDTH, DIMENSION, activation_function=torch.nn.Identity()),
        module_types.Normalize(),
    ]
    change(modules)
    sentence_transformers.SentenceTransformer(
        modules=modules, prompts=dict(prompts or {"query": QUERY_PROMPT}), device="cpu"
    ).save(str(folder))
    return folder


def _tokenizer(knowledge_base: KnowledgeBase) -> Tokenizer:
    """Every word of the chunks is one token, any other word is spelt."""
    words = {
        word
        for chunk in chunk_knowledge_base(knowledge_base)
        for word in re.findall(r"\w+|[^\w\s]", chunk.text.lower())
    }
    letters = set("".join(words))
    pieces = [*SPECIAL_TOKENS, *sorted(words | letters), *sorted(f"##{letter}" for letter in letters)]
    tokenizer = Tokenizer(WordPiece({piece: number for number, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = BertProcessing(("[SEP]", pieces.index("[SEP]")), ("[CLS]", pieces.index("[CLS]")))
    return tokenizer
