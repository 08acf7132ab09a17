// SPDX-License-Identifier: Apache-2.0
/** vLLM's endpoints for loading and unloading LoRA adapters at run time. */
@NullMarked
package io.lorafleet.gateway.http.vllm;

import org.jspecify.annotations.NullMarked;
