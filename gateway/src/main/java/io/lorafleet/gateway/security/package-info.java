/** Who a caller is, and what that allows. */
package io.lorafleet.gateway.security;
