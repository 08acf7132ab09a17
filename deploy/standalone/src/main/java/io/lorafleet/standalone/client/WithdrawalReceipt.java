// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import java.util.List;

/**
 * The response to a feedback withdrawal.
 *
 * @param adapters names of the students whose feedback was withdrawn
 */
public record WithdrawalReceipt(String owner, List<String> adapters) {

    /** @return one line of text */
    public String text() {
        return adapters.isEmpty()
                ? "no student has feedback from " + owner
                : "withdrew the feedback of " + owner + " from " + String.join(", ", adapters);
    }

    /** @return the adapters, one on each line */
    public String names() {
        return String.join(System.lineSeparator(), adapters);
    }
}
