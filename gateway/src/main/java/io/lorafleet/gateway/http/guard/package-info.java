// SPDX-License-Identifier: Apache-2.0
/** The checks that requests must pass: host, origin, path, body size, transfer rate and quotas. */
@NullMarked
package io.lorafleet.gateway.http.guard;

import org.jspecify.annotations.NullMarked;
