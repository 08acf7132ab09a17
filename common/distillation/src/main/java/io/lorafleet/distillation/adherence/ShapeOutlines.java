// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

import io.lorafleet.distillation.adherence.SceneObject.Shape;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.util.function.IntToDoubleFunction;

/** The outlines of the shapes in the training images, with center 0, radius 1 and y pointing down. */
final class ShapeOutlines {
    private static final int HEART_POINTS = 60;

    private ShapeOutlines() {}

    static Area of(Shape shape) {
        return switch (shape) {
            case CIRCLE -> circle(1);
            case RING -> {
                Area ring = circle(1);
                ring.subtract(circle(0.55));
                yield ring;
            }
            case SQUARE -> polygon(-0.88, -0.88, 0.88, -0.88, 0.88, 0.88, -0.88, 0.88);
            case DIAMOND -> polygon(0, -1.1, 0.8, 0, 0, 1.1, -0.8, 0);
            case TRIANGLE -> rays(3, 0.15, corner -> 1.1);
            case STAR -> rays(10, 0, corner -> corner % 2 == 0 ? 1.12 : 0.47);
            case HEART -> heart();
            case CROSS -> {
                Area cross = rectangle(1.05, 0.36);
                cross.add(rectangle(0.36, 1.05));
                yield cross;
            }
        };
    }

    private static Area circle(double radius) {
        return new Area(new Ellipse2D.Double(-radius, -radius, 2 * radius, 2 * radius));
    }

    private static Area rectangle(double x, double y) {
        return polygon(-x, -y, x, -y, x, y, -x, y);
    }

    /** @return a polygon with corners at equal angles, clockwise from the top; {@code below} moves its center down */
    private static Area rays(int corners, double below, IntToDoubleFunction radius) {
        double[] xy = new double[2 * corners];
        for (int corner = 0; corner < corners; corner++) {
            double angle = 2 * Math.PI * corner / corners;
            xy[2 * corner] = radius.applyAsDouble(corner) * Math.sin(angle);
            xy[2 * corner + 1] = below - radius.applyAsDouble(corner) * Math.cos(angle);
        }
        return polygon(xy);
    }

    /** The curve x = 16 sin^3 t, y = 13 cos t - 5 cos 2t - 2 cos 3t - cos 4t, scaled and moved up. */
    private static Area heart() {
        double[] xy = new double[2 * HEART_POINTS];
        for (int sample = 0; sample < HEART_POINTS; sample++) {
            double t = 2 * Math.PI * sample / HEART_POINTS;
            double up = 13 * Math.cos(t) - 5 * Math.cos(2 * t) - 2 * Math.cos(3 * t) - Math.cos(4 * t);
            xy[2 * sample] = 0.066 * 16 * Math.pow(Math.sin(t), 3);
            xy[2 * sample + 1] = -0.066 * up - 0.1;
        }
        return polygon(xy);
    }

    private static Area polygon(double... xy) {
        Path2D path = new Path2D.Double();
        path.moveTo(xy[0], xy[1]);
        for (int i = 2; i < xy.length; i += 2) {
            path.lineTo(xy[i], xy[i + 1]);
        }
        path.closePath();
        return new Area(path);
    }
}
