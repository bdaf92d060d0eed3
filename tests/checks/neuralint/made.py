"""The programs that NeuraLint's authors made, each with a fault that its name states; named as their files."""

from __future__ import annotations

from tests.checks.neuralint.writing import CONV, VALID, beginning, lenet, model, vgg

UNBENT = {
    "conv1": "conv: {out: 32, kernel: 5, padding: same}",
    "conv2": "conv: {out: 64, kernel: 5, padding: same}",
}
MADE = {
    "TF_lenet_bin_missing_sigmoid": lenet(out="linear: 1", loss="binary"),
    "TF_lenet_bin_wrong_last_layer_activation": lenet(out="linear: 1, softmax"),
    "TF_lenet_bin_wrong_loss_inputs": lenet(out="linear: 1, sigmoid", loss="binary"),
    "TF_lenet_constant_init": beginning(lenet(), "0.1", "conv", "linear: {out: 512}"),
    "TF_lenet_decreasing_window_size": lenet(
        conv1=CONV % (32, 9, "relu"),
        conv2=CONV % (64, 6, "relu"),
        pool2="max_pool: 2, " + CONV % (128, 3, "relu") + ", max_pool: 2",
    ),
    "TF_lenet_disconnected_pooling_layers": (
        "input: [1, 28, 28]\nlayers:\n  - conv: {out: 32, kernel: 5, padding: same}\n  - {relu: , name: conv1}\n"
        "  - max_pool: 2\n  - {conv: {out: 64, kernel: 5, padding: same}, from: conv1}\n  - {relu: , name: conv2}\n"
        "  - max_pool: 2\n  - {flatten: , from: conv2}\n  - linear: 512\n  - relu\n  - dropout: 0.25\n  - linear: 10\n"
    ),
    "TF_lenet_double_activation": lenet(
        conv1=CONV % (32, 5, "sigmoid"), conv2=CONV % (64, 5, "sigmoid"), dense="linear: 512, sigmoid"
    ),
    "TF_lenet_dropout_before_batchnorm": lenet(
        pool1="max_pool: 2, dropout: 0.35, batch_norm",
        pool2="max_pool: 2, dropout: 0.3, batch_norm",
        drop="dropout: 0.25, batch_norm",
    ),
    "TF_lenet_dropout_before_pooling": lenet(pool1="dropout: 0.35, max_pool: 2", pool2="dropout: 0.3, max_pool: 2"),
    "TF_lenet_increasing_dense_widths": lenet(
        dense="linear: 128, relu, dropout: 0.25, linear: 256, relu, dropout: 0.25, linear: 512, relu"
    ),
    "TF_lenet_inv_amount_pooling": lenet(
        conv1="conv: {out: 32, kernel: 5, padding: same, stride: 2}, relu",
        pool1="max_pool: {kernel: 4, stride: 2}",
        conv2="conv: {out: 64, kernel: 5, padding: same, stride: 2}, relu",
        pool2="max_pool: {kernel: 4, stride: 2}",
    ),
    "TF_lenet_inv_filter_size": lenet(
        conv1="conv: {out: 32, kernel: 6, padding: same, stride: 3}, relu",
        conv2="conv: {out: 64, kernel: 12, padding: same, stride: 6}, relu",
    ),
    "TF_lenet_mismatch_shapes": lenet(flat="reshape: [2048]"),
    "TF_lenet_missing_flatten": lenet(flat=""),
    "TF_lenet_missing_init": lenet(),
    "TF_lenet_missing_relus": lenet(**UNBENT),
    "TF_lenet_missing_softmax": lenet(),
    "TF_lenet_multiple_inits": lenet(),
    "TF_lenet_no_main_loop": lenet(loss="cross_entropy"),
    "TF_lenet_non_increasing_filters": lenet(
        conv2=CONV % (16, 5, "relu"), pool2="max_pool: 2, " + CONV % (8, 5, "relu") + ", max_pool: 2"
    ),
    "TF_lenet_non_zeros_biases": beginning(lenet(), "{bias: ones}", "conv"),
    "TF_lenet_redundant_activation": lenet(out="linear: 10, softmax, softmax"),
    "TF_lenet_useless_bias": lenet(
        conv1=CONV % (32, 5, "relu, batch_norm"),
        conv2=CONV % (64, 5, "relu, batch_norm"),
        dense="linear: 512, relu, batch_norm",
    ),
    "TF_lenet_wrong_loss_inputs": lenet(out="linear: 10, softmax", loss="cross_entropy"),
    "TF_lenet_zeros_init": beginning(lenet(), "zeros", "conv", "linear: {out: 512}"),
    "mix_bugs_1": model(
        "[1, 28, 28]",
        VALID % (32, 15),
        "dropout: 0.35, batch_norm, max_pool: {kernel: 4, stride: 2}",
        VALID % (64, 7),
        "dropout: 0.3, batch_norm, max_pool: {kernel: 4, stride: 2}",
        "flatten, linear: 512, relu, dropout: 0.25, batch_norm, linear: 10",
    ),
    "mix_bugs_2": lenet(loss="cross_entropy"),
    "mix_bugs_3": beginning(
        lenet(**UNBENT, out="linear: {out: 10}, softmax", loss="cross_entropy"), "0.1", "linear: {out"
    ),
    "mix_bugs_4": beginning(lenet(), "zeros", "conv"),
    "deep_CNN_asymetry_blocks": vgg(
        "64k3 64k4", "64k3 128k4", "64k3 128k4 256k5", "128k3 256k4 512k5", "128k3 256k4 512k5"
    ),
    "deep_CNN_ineffective_poolings": vgg(
        "64k3 64k3", "128k3 128k3", "256k3 256k3 256k3", "512k3 512k3 512k3", "512k3 512k3 512k3", pool="avg_pool: 2"
    ),
    "deep_CNN_too_much_pooling": vgg(*["64k3"] * 2, *["128k3"] * 2, *["256k3"] * 3, *["512k3"] * 6),
}
MENDED = {
    "mix_bugs_1": MADE["mix_bugs_1"].replace("kernel: 15", "kernel: 5").replace("kernel: 7", "kernel: 5"),
}
"""Programs whose error is mended: nothing else is told of a model before that."""
