#include "wine.h"
void answer(const float *row, float *proba) { wine_predict_proba(row, proba); }
