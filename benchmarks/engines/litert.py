"""LiteRT, the engine of phones, with its XNNPACK kernels."""

from typing import Any

from benchmarks.case import Array, Case
from benchmarks.engines import Prepared, engine


@engine("litert", "separable", "ai_edge_litert", "tensorflow")
@engine("litert", "ordinary", "ai_edge_litert", "tensorflow")
def litert(case: Case) -> Prepared:
    """Convert the function of TensorFlow and run it."""
    import tensorflow as tf
    from ai_edge_litert.interpreter import Interpreter

    weights = [tf.constant(w) for w in case.weights]
    convolve = tf.nn.separable_conv2d if case.task == "separable" else tf.nn.conv2d

    @tf.function(input_signature=[tf.TensorSpec(case.x.shape)])
    def function(x: Any) -> Any:
        return convolve(x, *weights, strides=[1, 1, 1, 1], padding="SAME")

    module = tf.Module()
    module.function = function
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [function.get_concrete_function()], module
    )
    interpreter = Interpreter(model_content=converter.convert(), num_threads=case.threads)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], case.x)
    output = interpreter.get_output_details()[0]["index"]

    def read(_: None) -> Array:
        return interpreter.get_tensor(output)

    return interpreter.invoke, read
