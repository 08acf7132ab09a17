// SPDX-License-Identifier: Apache-2.0
/**
 * What an adapter file contains: the meaning of its tensor names, and whether the tensors of each layer fit together.
 * The gateway and the engine both use these rules, so a file that the gateway accepts fails in a worker only if it does
 * not fit the worker's base. This package reads headers only.
 */
@NullMarked
package io.lorafleet.safetensors.adapter;

import org.jspecify.annotations.NullMarked;
