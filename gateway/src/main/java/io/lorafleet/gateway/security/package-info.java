// SPDX-License-Identifier: Apache-2.0
/** Who a caller is, and what that allows. */
@NullMarked
package io.lorafleet.gateway.security;

import org.jspecify.annotations.NullMarked;
