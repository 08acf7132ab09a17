// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import java.util.List;

/**
 * A withdrawal of feedback that was published, as clients see it.
 *
 * @param adapters names of the students that learn no more from what the owner has said so far
 */
record FeedbackWithdrawalView(String owner, List<String> adapters) {}
