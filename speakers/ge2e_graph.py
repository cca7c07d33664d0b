"""Writes the speaker encoder GE2E as an ONNX graph."""
import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

HIDDEN = 256
MELS = 40
LAYERS = 3


def ge2e_graph(state):
    """`mels` float32 [windows, frames, 40] → `embedding` float32 [windows, 256], not negative and of any length."""
    nodes = [helper.make_node("Transpose", ["mels"], ["by_frame"], perm=[1, 0, 2])]
    weights = []
    below = "by_frame"
    for layer in range(LAYERS):
        nodes += _lstm(layer, below)
        weights += _lstm_weights(layer, state)
        below = f"lstm/{layer}/out"
    nodes += [
        helper.make_node("Squeeze", [f"lstm/{LAYERS - 1}/last", "axis/0"], ["last"]),
        helper.make_node("Gemm", ["last", "linear/weights", "linear/bias"], ["linear"], transB=1),
        helper.make_node("Relu", ["linear"], ["embedding"]),
    ]
    weights += [
        numpy_helper.from_array(state["linear.weight"], "linear/weights"),
        numpy_helper.from_array(state["linear.bias"], "linear/bias"),
        numpy_helper.from_array(np.array([0], np.int64), "axis/0"),
        numpy_helper.from_array(np.array([1], np.int64), "axis/1"),
    ]
    graph = helper.make_graph(
        nodes,
        "ge2e",
        [helper.make_tensor_value_info("mels", TensorProto.FLOAT, ["windows", "frames", MELS])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["windows", HIDDEN])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    return model


def _lstm(layer, below):
    inputs = [below, *(f"lstm/{layer}/{part}" for part in ("input", "recurrent", "bias"))]
    outputs = [f"lstm/{layer}/sequence", f"lstm/{layer}/last"]
    yield helper.make_node("LSTM", inputs, outputs, f"lstm/{layer}", hidden_size=HIDDEN)
    # The only direction.
    if layer < LAYERS - 1:
        yield helper.make_node("Squeeze", [outputs[0], "axis/1"], [f"lstm/{layer}/out"])


def _lstm_weights(layer, state):
    of = lambda part: _gates(state[f"lstm.{part}_l{layer}"])
    yield numpy_helper.from_array(of("weight_ih")[None], f"lstm/{layer}/input")
    yield numpy_helper.from_array(of("weight_hh")[None], f"lstm/{layer}/recurrent")
    bias = np.concatenate([of("bias_ih"), of("bias_hh")])
    yield numpy_helper.from_array(bias[None], f"lstm/{layer}/bias")


def _gates(values):
    """The gates in the order of ONNX: PyTorch has input, forget, cell, output."""
    gate_in, forget, cell, out = np.split(values, 4)
    return np.concatenate([gate_in, out, forget, cell])
