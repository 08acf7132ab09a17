// SPDX-License-Identifier: Apache-2.0
/** Webhooks for finished generations, according to Standard Webhooks. */
@NullMarked
package io.lorafleet.gateway.webhook;

import org.jspecify.annotations.NullMarked;
