// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import java.util.List;

/**
 * The response to a withdrawal of feedback.
 *
 * @param adapters names of the students that no longer learn from the withdrawn feedback
 */
record FeedbackWithdrawalView(String owner, List<String> adapters) {}
