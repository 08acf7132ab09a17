// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import io.lorafleet.standalone.client.NoGatewayException;
import io.lorafleet.standalone.client.RequestRejectedException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The exit codes of the command line. Scripts depend on them; {@code docs/command-line.md} lists them. */
public enum Exit {
    OK(0, "The command succeeded."),
    ERROR(1, "The command failed, or a check found a problem."),
    USAGE(2, "The command line is incorrect."),
    NO_GATEWAY(3, "No gateway responds at the URL."),
    REJECTED(4, "The gateway rejected the request."),
    FAILED(5, "The generation failed, expired or was cancelled."),
    PARTIAL(6, "Some of several generations did not succeed."),
    /** 128 and the number of SIGINT, as in a shell. The JVM itself exits with this code after Ctrl-C. */
    INTERRUPTED(130, "The command was interrupted with Ctrl-C."),
    /** 128 and the number of SIGPIPE, as in a shell. */
    CLOSED_OUTPUT(141, "The reader of standard output, such as head, closed it.");

    private final int code;
    private final String meaning;

    Exit(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    public int code() {
        return code;
    }

    public static Exit of(FleetException problem) {
        if (problem instanceof NoGatewayException) {
            return NO_GATEWAY;
        }
        return problem instanceof RequestRejectedException ? REJECTED : ERROR;
    }

    /** @return the meaning of each code, for the help */
    static Map<String, String> meanings() {
        Map<String, String> meanings = new LinkedHashMap<>();
        for (Exit exit : values()) {
            meanings.put(Integer.toString(exit.code), exit.meaning);
        }
        return meanings;
    }
}
