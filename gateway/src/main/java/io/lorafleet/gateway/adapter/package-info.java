// SPDX-License-Identifier: Apache-2.0
/** LoRA adapters: versions, routes and uploads. */
@NullMarked
package io.lorafleet.gateway.adapter;

import org.jspecify.annotations.NullMarked;
