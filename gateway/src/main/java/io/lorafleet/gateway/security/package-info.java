// SPDX-License-Identifier: Apache-2.0
/** Who a caller is, and what that allows. */
package io.lorafleet.gateway.security;
