// SPDX-License-Identifier: Apache-2.0
/** Guards requests before the resources see them: hosts, origins, paths, body sizes, read rates and quotas. */
@NullMarked
package io.lorafleet.gateway.http.guard;

import org.jspecify.annotations.NullMarked;
