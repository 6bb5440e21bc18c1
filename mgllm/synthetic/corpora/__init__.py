"""Made-up corpora: folders in exactly the documented layout of licensed data sets, with their
traps.

    planning (who, which outcome, what is planted) → interviews, footage → imigue, imigue_speech,
    smg, ma52 (exact files) → truth

`truth` says what an importer must find, and what a reader of known weights gets.
"""

from __future__ import annotations

from mgllm.synthetic.corpora.imigue_speech import SPEECH as SPEECH
from mgllm.synthetic.corpora.ma52 import write_ma52 as write_ma52
from mgllm.synthetic.corpora.planning import (
    MOST_EFFECT as MOST_EFFECT,
    CorpusOptions as CorpusOptions,
)
from mgllm.synthetic.corpora.reader import Weights as Weights
from mgllm.synthetic.corpora.smg import write_smg as write_smg
from mgllm.synthetic.corpora.truth import (
    TRUTH as TRUTH,
    Planted as Planted,
    Truth as Truth,
    read_truth as read_truth,
)
from mgllm.synthetic.corpora.writing import (
    CORPORA as CORPORA,
    corpus_files as corpus_files,
    write_corpus as write_corpus,
)
