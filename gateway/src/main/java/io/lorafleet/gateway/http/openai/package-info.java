// SPDX-License-Identifier: Apache-2.0
/** OpenAI's image and model APIs, on top of the gateway's own API. */
@NullMarked
package io.lorafleet.gateway.http.openai;

import org.jspecify.annotations.NullMarked;
