"""onnxruntime and OpenVINO, which read the same little ONNX model."""

from typing import Any

import numpy as np

from benchmarks.case import Case
from benchmarks.engines import Prepared, engine


def _model(case: Case) -> Any:
    """Write the convolution as an ONNX model, whose images are (batch, channels, height, width)."""
    from onnx import TensorProto, checker, helper, numpy_helper

    groups = {"ordinary": [1], "separable": [case.layer.c_in, 1]}[case.task]
    nodes, constants, name = [], [], "x"
    for number, (kernel, group) in enumerate(zip(case.weights, groups, strict=True)):
        # (kh, kw, in, out) becomes (out, in, kh, kw); a depthwise kernel has one "in" a group.
        axes = (2, 3, 0, 1) if group > 1 else (3, 2, 0, 1)
        weights = np.ascontiguousarray(kernel.transpose(axes))
        constants.append(numpy_helper.from_array(weights, f"w{number}"))
        margin = kernel.shape[0] // 2
        nodes.append(
            helper.make_node(
                "Conv", [name, f"w{number}"], [f"y{number}"], group=group, pads=[margin] * 4
            )
        )
        name = f"y{number}"
    layer = case.layer
    images = [(case.batch, c, layer.size, layer.size) for c in (layer.c_in, layer.c_out)]
    x, y = (
        helper.make_tensor_value_info(n, TensorProto.FLOAT, shape)
        for n, shape in zip(("x", name), images, strict=True)
    )
    graph = helper.make_graph(nodes, "convolution", [x], [y], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    checker.check_model(model)
    return model


@engine("onnxruntime", "separable", "onnx", "onnxruntime")
@engine("onnxruntime", "ordinary", "onnx", "onnxruntime")
def onnxruntime(case: Case) -> Prepared:
    """Run the model with the channels first, the layout of ONNX."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = case.threads
    options.inter_op_num_threads = 1
    session = ort.InferenceSession(
        _model(case).SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    x = np.ascontiguousarray(case.x.transpose(0, 3, 1, 2))
    return lambda: session.run(None, {"x": x})[0], lambda y: y.transpose(0, 2, 3, 1)


@engine("openvino", "separable", "onnx", "openvino")
@engine("openvino", "ordinary", "onnx", "openvino")
def openvino(case: Case) -> Prepared:
    """Compile the model for images with the channels last, in float32."""
    import openvino as ov
    from openvino.preprocess import PrePostProcessor

    core = ov.Core()
    steps = PrePostProcessor(core.read_model(_model(case).SerializeToString()))
    for end in (steps.input(), steps.output()):
        end.tensor().set_layout(ov.Layout("NHWC"))
        end.model().set_layout(ov.Layout("NCHW"))
    options = {
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": case.threads,
        "NUM_STREAMS": 1,
    }
    request = core.compile_model(steps.build(), "CPU", options).create_infer_request()
    request.set_input_tensor(ov.Tensor(case.x, shared_memory=True))
    return request.infer, lambda _: request.get_output_tensor().data.copy()
