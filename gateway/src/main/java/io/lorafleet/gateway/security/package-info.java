// SPDX-License-Identifier: Apache-2.0
/** Authentication, authorization, and checks of hosts, origins and paths. */
@NullMarked
package io.lorafleet.gateway.security;

import org.jspecify.annotations.NullMarked;
