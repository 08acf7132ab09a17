// SPDX-License-Identifier: Apache-2.0
/** LoRA adapters: their versions, which of them requests get, and how a new one gets in. */
@NullMarked
package io.lorafleet.gateway.adapter;

import org.jspecify.annotations.NullMarked;
