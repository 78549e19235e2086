"""Pocket TTS with random weights, in the format of the published ones: made by the package's own classes, small enough for a test."""

from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml

from models.catalogue import Model, ModelFile
from models.tiers import Tier

SAMPLE_RATE: Final = 24_000
_VOCABULARY: Final = 300


def write_tiny_cloning_model(folder: Path, *, seed: int = 1, can_clone: bool = True, half: bool = False) -> Path:
    """Write `config.yaml`, `tokenizer.json` and `model.safetensors` (float32, or `half` bfloat16); `can_clone=False` zeroes the encoder."""
    import torch
    from pocket_tts import TTSModel
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    _write_tokenizer(folder / "tokenizer.json")
    config = _config(folder / "tokenizer.json")
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config), "utf-8")
    torch.manual_seed(seed)
    model = TTSModel.load_model(config=path)
    weights = model.state_dict()
    weights["flow_lm.speaker_proj_weight"].normal_()
    if not can_clone:
        for name, tensor in weights.items():
            if name.startswith("mimi.encoder."):
                tensor.zero_()
    save_file(
        {name: tensor.bfloat16() if half else tensor for name, tensor in weights.items()}, folder / "model.safetensors"
    )
    return folder


def catalogue_model(folder: Path) -> Model:
    """Return the entry of a catalogue that has the files of this folder."""
    files = tuple(ModelFile(path.name, path.stat().st_size, True, None) for path in sorted(folder.iterdir()))
    return Model("pocket-tts-tiny", "voice_cloning", ("en",), "MIT", Tier.CPU, False, files, ())


def _config(tokenizer: Path) -> dict[str, Any]:
    """Return the published English architecture, made narrow."""
    config: dict[str, Any] = yaml.safe_load(
        (files("pocket_tts") / "config" / "english_2026-10.yaml").read_text("utf-8")
    )
    del config["weights_path"], config["weights_path_without_voice_cloning"]
    language, codec = config["flow_lm"], config["mimi"]
    language["flow"].update(depth=1, dim=32)
    language["transformer"].update(d_model=32, num_heads=2, num_layers=2, hidden_scale=2)
    language["lookup_table"].update(dim=32, n_bins=_VOCABULARY, tokenizer_path=str(tokenizer))
    codec.update(inner_dim=8, outer_dim=32)
    codec["seanet"].update(dimension=32, n_filters=4)
    codec["transformer"].update(
        d_model=32,
        num_heads=2,
        num_layers=1,
        context=50,
        dim_feedforward=32,
        input_dimension=32,
        output_dimensions=[32],
    )
    codec["quantizer"].update(dimension=8, output_dimension=32)
    return config


def _write_tokenizer(path: Path) -> None:
    """Write a tokenizer of single bytes."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    words = ["<unk>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    words += [f"<unused {number}>" for number in range(_VOCABULARY - len(words))]
    tokenizer = Tokenizer(
        models.BPE(vocab={word: number for number, word in enumerate(words)}, merges=[], unk_token="<unk>")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.save(str(path))
