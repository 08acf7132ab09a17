// SPDX-License-Identifier: Apache-2.0
/** Checks of requests before they reach the resources: hosts, origins, paths, body sizes, read rates and quotas. */
@NullMarked
package io.lorafleet.gateway.http.guard;

import org.jspecify.annotations.NullMarked;
