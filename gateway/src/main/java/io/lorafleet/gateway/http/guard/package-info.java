// SPDX-License-Identifier: Apache-2.0
/** The checks that run before the resources: checks of hosts, origins, paths, body sizes, read rates and quotas. */
@NullMarked
package io.lorafleet.gateway.http.guard;

import org.jspecify.annotations.NullMarked;
