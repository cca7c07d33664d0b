"""Reads the tensors of a file that PyTorch saved before version 1.6, without PyTorch and without running what is in it."""
import collections
import pickle

import numpy as np


def read_weights(path):
    """The file's content, with each tensor as an array."""
    with open(path, "rb") as file:
        for _ in ("magic number", "protocol version", "sizes of types"):
            pickle.load(file)
        content = _Unpickler(file).load()
        storages = {}
        for key in pickle.load(file):
            count = int(np.fromfile(file, "<i8", 1)[0])
            storages[key] = np.fromfile(file, "<f4", count)
    return _in_place(content, storages)


class _Tensor(collections.namedtuple("_Tensor", "storage offset size stride")):
    """Where the values of a tensor are."""


class _Unpickler(pickle.Unpickler):
    KNOWN = {
        ("collections", "OrderedDict"): collections.OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): lambda *tensor: _Tensor(*tensor[:4]),
        ("torch", "FloatStorage"): "float32",
    }

    def find_class(self, module, name):
        if (module, name) not in self.KNOWN:
            raise pickle.UnpicklingError(f"unexpected {module}.{name}")
        return self.KNOWN[module, name]

    def persistent_load(self, pid):
        _, kind, key, *_ = pid
        if kind != "float32":
            raise pickle.UnpicklingError(f"unexpected storage {kind}")
        return key


def _in_place(content, storages):
    if isinstance(content, _Tensor):
        values = storages[content.storage][content.offset :]
        strides = [4 * step for step in content.stride]
        return np.lib.stride_tricks.as_strided(values, content.size, strides).copy()
    if isinstance(content, dict):
        return {key: _in_place(value, storages) for key, value in content.items()}
    return content
