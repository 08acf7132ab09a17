// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.jboss.logging.MDC;
import org.junit.jupiter.api.Test;

class RequestLogTest {
    @Test
    void setsTheFieldAndRestoresIt() {
        RequestLog outer = RequestLog.of("outer");
        try (outer) {
            RequestLog inner = RequestLog.of("inner");
            try (inner) {
                assertThat(MDC.get(RequestLog.REQUEST_ID)).isEqualTo("inner");
            }
            assertThat(MDC.get(RequestLog.REQUEST_ID)).isEqualTo("outer");
            RequestLog unknown = RequestLog.of(null);
            try (unknown) {
                assertThat(MDC.get(RequestLog.REQUEST_ID)).isNull();
            }
        }
        assertThat(MDC.get(RequestLog.REQUEST_ID)).isNull();
    }
}
