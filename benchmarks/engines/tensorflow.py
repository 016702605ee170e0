"""TensorFlow and Keras: `tf.nn` in a `tf.function`, with XLA, and the layers."""

from typing import Any

from benchmarks.case import Case
from benchmarks.engines import Prepared, as_array, engine


def _tensorflow(threads: int) -> Any:
    import tensorflow as tf

    if tf.config.threading.get_intra_op_parallelism_threads() != threads:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    return tf


def _function(case: Case, jit_compile: bool) -> Prepared:
    tf = _tensorflow(case.threads)
    x, *weights = map(tf.constant, (case.x, *case.weights))
    convolve = tf.nn.separable_conv2d if case.task == "separable" else tf.nn.conv2d

    @tf.function(jit_compile=jit_compile)
    def call(x: Any) -> Any:
        return convolve(x, *weights, strides=[1, 1, 1, 1], padding="SAME")

    return lambda: call(x), as_array


def _layer(case: Case, jit_compile: bool) -> Prepared:
    tf = _tensorflow(case.threads)
    import keras

    kinds = {"separable": keras.layers.SeparableConv2D, "ordinary": keras.layers.Conv2D}
    layer = kinds[case.task](case.layer.c_out, 3, padding="same", use_bias=False)
    x = tf.constant(case.x)
    layer.build(x.shape)
    layer.set_weights(list(case.weights))
    call = tf.function(layer.__call__, jit_compile=jit_compile)
    return lambda: call(x), as_array


@engine("tensorflow", "separable", "tensorflow")
@engine("tensorflow", "ordinary", "tensorflow")
def tensorflow(case: Case) -> Prepared:
    """Call `tf.nn` in a `tf.function`: the engine that the ratios compare with."""
    return _function(case, jit_compile=False)


@engine("tensorflow-xla", "separable", "tensorflow")
@engine("tensorflow-xla", "ordinary", "tensorflow")
def tensorflow_xla(case: Case) -> Prepared:
    """Call the same, compiled with XLA."""
    return _function(case, jit_compile=True)


@engine("keras", "separable", "keras", "tensorflow")
@engine("keras", "ordinary", "keras", "tensorflow")
def keras_layer(case: Case) -> Prepared:
    """Call the layer, in a `tf.function` as `model.predict` does."""
    return _layer(case, jit_compile=False)


@engine("tensorflow-matmul", "separable", "tensorflow")
def tensorflow_matmul(case: Case) -> Prepared:
    """Replace the 1x1 convolution by a matrix product over all pixels."""
    tf = _tensorflow(case.threads)
    x, depthwise, pointwise = map(tf.constant, (case.x, case.depthwise, case.pointwise[0, 0]))
    shape = (*case.x.shape[:3], case.layer.c_out)

    @tf.function
    def call(x: Any) -> Any:
        y = tf.nn.depthwise_conv2d(x, depthwise, [1, 1, 1, 1], "SAME")
        return tf.reshape(tf.reshape(y, (-1, case.layer.c_in)) @ pointwise, shape)

    return lambda: call(x), as_array
