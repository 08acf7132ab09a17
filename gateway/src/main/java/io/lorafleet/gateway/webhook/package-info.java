// SPDX-License-Identifier: Apache-2.0
/** Tells clients of finished generations, by calls as in Standard Webhooks. */
@NullMarked
package io.lorafleet.gateway.webhook;

import org.jspecify.annotations.NullMarked;
