//! How much two paintings of one photo differ, where the photo moved a little between them.

use super::Map;

/// weight * sum of (a[v, u, c] - b[v - down, u - across, c])^2 where both exist, and its gradients to a and b.
pub fn record(a: &Map, b: &Map, weight: f64, (down, across): (isize, isize)) -> (f64, Map, Map) {
    let mut loss = 0.0;
    let [mut d_a, mut d_b] = [0; 2].map(|_| Map::zeros(a.height, a.width, a.channels));
    let place = |position: usize, by: isize, count: usize| position.checked_add_signed(-by).filter(|&p| p < count);
    a.clone().each(|v, u, c, value| {
        if let (Some(row), Some(column)) = (place(v, down, a.height), place(u, across, a.width)) {
            let difference = *value - b.at(row, column, c);
            loss += weight * difference * difference;
            *d_a.at_mut(v, u, c) += 2.0 * weight * difference;
            *d_b.at_mut(row, column, c) -= 2.0 * weight * difference;
        }
    });
    (loss, d_a, d_b)
}
