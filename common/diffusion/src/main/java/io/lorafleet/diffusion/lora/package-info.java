// SPDX-License-Identifier: Apache-2.0
/**
 * Adapters: {@code W = W0 + scale B A}, and the methods of DoRA, LoHa and LoKr. Adapters are read from a file, checked
 * against the base and applied to each row of a batch. The base is not changed.
 *
 * @see <a href="https://arxiv.org/abs/2106.09685">Hu et al. 2022</a>
 */
@NullMarked
package io.lorafleet.diffusion.lora;

import org.jspecify.annotations.NullMarked;
