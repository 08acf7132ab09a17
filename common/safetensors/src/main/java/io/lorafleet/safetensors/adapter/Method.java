// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

/** The forms of a layer's weight update. In an adapter file, each layer has one of them. */
public enum Method {
    /** {@code B A}. For a convolution, {@code lora_mid} can hold the kernel, between two 1x1 convolutions. */
    LORA,
    /**
     * The elementwise product of two low-rank matrices.
     *
     * @see <a href="https://arxiv.org/abs/2108.06098">Hyeon-Woo et al. 2022</a>
     */
    LOHA,
    /**
     * The Kronecker product of two matrices.
     *
     * @see <a href="https://arxiv.org/abs/2309.14859">Yeh et al. 2024</a>
     */
    LOKR
}
